"""mhattn: compare the attention heads of Hugging Face models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mhattn_core import charts as charts
    from mhattn_core.attention.attend import AttentionResult as AttentionResult
    from mhattn_core.attention.attend import attend as attend
    from mhattn_core.charts import save as save
    from mhattn_core.errors import Problem as Problem
    from mhattn_core.findings import Card as Card
    from mhattn_core.findings import Finding as Finding
    from mhattn_core.findings import all_findings as all_findings
    from mhattn_core.findings import finding as finding
    from mhattn_core.models.catalogue import catalogue as catalogue
    from mhattn_core.models.load import load as load
    from mhattn_core.models.model import Model as Model
    from mhattn_core.models.wrap import wrap as wrap
    from mhattn_core.runs.analyze import analyze as analyze
    from mhattn_core.runs.run import Run as Run
    from mhattn_core.text.feeding import Feeding as Feeding
    from mhattn_core.text.pair import SentencePair as SentencePair
    from mhattn_core.text.reading import read_pairs as read_pairs

_HOME = {
    "AttentionResult": "attention.attend",
    "Card": "findings",
    "Feeding": "text.feeding",
    "Finding": "findings",
    "Model": "models.model",
    "Problem": "errors",
    "Run": "runs.run",
    "SentencePair": "text.pair",
    "all_findings": "findings",
    "analyze": "runs.analyze",
    "attend": "attention.attend",
    "catalogue": "models.catalogue",
    "finding": "findings",
    "load": "models.load",
    "read_pairs": "text.reading",
    "save": "charts",
    "wrap": "models.wrap",
}
"""Where each name is at home; it is imported when it is first asked for, since networks take seconds to import."""

__all__ = ["charts", *_HOME]


def __getattr__(name: str) -> Any:
    if name == "charts":
        return import_module("mhattn_core.charts")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"mhattn_core.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
