"""Putting a saved run to work, and letting this session and its address hold it."""

from mhattn_core.runs.store import Saved
from mhattn_core.text.reading import Upload
from mhattn_core.ui.resources import models
from mhattn_core.ui.runs.known import jobs, own_run, show_run
from mhattn_core.ui.visit import visitor
from mhattn_core.visitors.begin import begin, check_size


def start(run: Saved, upload: Upload) -> None:
    """Raises Problem when a shared copy does not take so much."""
    check_size(upload)
    own_run(run.key)
    # The pool belongs to the process; the thread of the work has no session to ask for it.
    begin(run, upload, jobs(), models(), visitor())
    show_run(run.key)
