"""Putting a saved run to work in the queue, for the first time or once more."""

from threading import Timer

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.models.resident import Resident
from mhattn_core.runs import store
from mhattn_core.runs.saved_inputs import forget_given, read_given
from mhattn_core.runs.store import KEPT_WHEN_HOSTED, Saved
from mhattn_core.text.reading import HOSTED, Upload
from mhattn_core.visitors.jobs import Job, Jobs

MOST_WRITTEN = 100
"""Pairs of which a model writes the second sentence on a shared copy: each of its tokens is a forward pass."""


def check_size(upload: Upload) -> None:
    """Raises Problem when a shared copy does not take so many pairs; fewer where models write a part of each."""
    writes = any(record.pair.feeding.is_generated for record in upload.pairs)
    most = MOST_WRITTEN if writes else HOSTED.rows
    if hosted() and len(upload.pairs) > most:
        message = (
            _("This copy is shared and lets models write for up to {most} pairs.")
            if writes
            else _("This copy is shared and measures up to {most} pairs.")
        )
        raise Problem(message.format(most=most), _("Bring fewer, or run your own copy."))


def begin(run: Saved, upload: Upload, jobs: Jobs, models: Resident, owner: str = "") -> None:
    """Queue the work. models: brings them. owner: see ``Jobs``."""

    def work(job: Job) -> None:
        from mhattn_core.runs.analyze import analyze
        from mhattn_core.runs.on_ray import from_environment

        analyze(
            run.about.models,
            upload,
            out=run.folder,
            measures=run.about.measures,
            progress=job.tell,
            cancel=job.asked_to_stop,
            dtype=run.about.dtype,
            get=lambda name: models.get(name, run.about.dtype),
            where=from_environment(),
        )
        forget_given(run.folder)

    if hosted():
        # Set at once: a run that is cancelled or fails holds its sentences too.
        timer = Timer(KEPT_WHEN_HOSTED.total_seconds(), store.delete, [run.key])
        timer.daemon = True
        timer.start()
    jobs.submit(run.key, work, owner)


def given_to(run: Saved) -> Upload:
    """The pairs of a run that was cancelled, failed, or lost its server. Raises Problem when they are gone."""
    upload = read_given(run.folder)
    if upload is None:
        raise Problem(
            _("The pairs of “{name}” are not here any more.").format(name=run.about.name),
            _("Bring the same pairs again under a new run, and delete this one."),
        )
    return upload
