"""How far a run is, in words."""

import pandas as pd

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.about import duration
from mhattn_core.locale import _
from mhattn_core.visitors.jobs import Job


def progress_bar(name: str, job: Job) -> tuple[float, str]:
    """The share that is done, and what is said of it in Markdown. name: of the run, escaped."""
    progress, rate = job.progress, job.rate
    if progress is None:
        return 0.0, _("**{name}** is starting …").format(name=name)
    says = _("**{name}** · {model}: {done} of {total}").format(
        name=name, model=escape(progress.model), done=f"{progress.done:,}", total=f"{progress.total:,}"
    )
    if rate:
        left = (progress.total - progress.done) / rate
        says += " · " + _("{rate} pairs per second, {time} left").format(
            rate=f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}", time=duration(left)
        )
    return progress.done / progress.total, says


def workers_table(job: Job) -> pd.DataFrame:
    """What each worker does, where the work is spread: a row a worker, columns as people read them."""
    workers = job.progress.workers if job.progress else ()
    starting, waiting = _("starting"), _("waiting")
    rows = [
        (
            one.number + 1,
            one.node or "",
            (one.part or waiting) if one.node else starting,
            duration(one.seconds) if one.part else "",
            one.done,
        )
        for one in workers
    ]
    return pd.DataFrame(rows, columns=[_("worker"), _("machine"), _("part"), _("for"), _("pairs done")])
