"""Putting a saved run to work, for the first time or once more."""

from threading import Timer

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.hosted import hosted
from mhattn_core.runs import store
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.jobs import Job
from mhattn_core.runs.saved_inputs import forget_given, read_given
from mhattn_core.runs.store import KEPT_WHEN_HOSTED, Saved
from mhattn_core.text.reading import HOSTED, Upload
from mhattn_core.ui.resources import models
from mhattn_core.ui.runs.known import jobs, own_run, show_run


def start(run: Saved, upload: Upload) -> None:
    """Queue the work, and let this session and its address hold the run. Raises Problem when a shared copy does not
    take so much.
    """
    if hosted() and len(upload.pairs) > HOSTED.rows:
        raise Problem(
            _("This copy is shared and measures up to {most} pairs.").format(most=HOSTED.rows),
            _("Bring fewer, or run your own copy."),
        )
    own_run(run.key)
    get = models().get  # the pool belongs to the process; the thread has no session to ask for it

    def work(job: Job) -> None:
        analyze(
            run.about.models,
            upload,
            out=run.folder,
            measures=run.about.measures,
            progress=job.tell,
            cancel=job.asked_to_stop,
            get=get,
        )
        forget_given(run.folder)

    if hosted():
        # Set at once: a run that is cancelled or fails holds its sentences too.
        timer = Timer(KEPT_WHEN_HOSTED.total_seconds(), store.delete, [run.key])
        timer.daemon = True
        timer.start()
    jobs().submit(run.key, work)
    show_run(run.key)


def go_on(run: Saved) -> None:
    """Resume a run that was cancelled, failed, or lost its server."""
    upload = read_given(run.folder)
    if upload is None:
        raise Problem(
            _("The pairs of “{name}” are not here any more.").format(name=run.about.name),
            _("Bring the same pairs again under a new run, and delete this one."),
        )
    start(run, upload)
