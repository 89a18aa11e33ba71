"""The line above the overview."""

from collections.abc import Sequence

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run


def strip(run: Run, name: str, models: Sequence[str]) -> str:
    """Which models these are, and on how much text they were measured; in Markdown. name: of the run."""
    known = entries()
    parts = [
        f"**{escape(model)}** ({known[model].family}, {known[model].layers} × {known[model].heads})"
        if model in known
        else f"**{escape(model)}**"
        for model in models
        if not is_control(model)
    ]
    texts = _("{pairs} texts: {run}").format(pairs=f"{run.manifest.pairs:,}", run=escape(name))
    return " · ".join([*parts, texts])
