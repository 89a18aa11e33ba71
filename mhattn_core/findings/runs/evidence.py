"""The run that a page reads, and how the page says so."""

from dataclasses import dataclass

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved


@dataclass(frozen=True)
class Evidence:
    """A run that a page reads. chosen: whether the reader chose it, and not the page."""

    run: Run
    saved: Saved
    chosen: bool

    @property
    def note(self) -> str:
        """For files that leave the dashboard."""
        models = ", ".join(f"{name}@{revision}" for name, revision in self.run.manifest.models)
        return f"run {self.run.id} · {models}"

    def origin(self, otherwise: str) -> str:
        """Which run this is, in Markdown. otherwise: a message with ``{name}`` for a run that nobody chose."""
        message = _("From the run “{name}”.") if self.chosen else otherwise
        return message.format(name=escape(self.saved.about.name))
