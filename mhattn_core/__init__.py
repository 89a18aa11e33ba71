"""mhattn: compare the attention heads of Hugging Face models."""

from mhattn_core import charts
from mhattn_core.attention import AttentionResult, attend
from mhattn_core.charts import save
from mhattn_core.errors import Problem
from mhattn_core.findings import Finding, all_findings, finding
from mhattn_core.models import Model, catalogue, load
from mhattn_core.runs import Run, analyze
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import read_pairs

__all__ = [
    "AttentionResult",
    "Finding",
    "Model",
    "Problem",
    "Run",
    "SentencePair",
    "all_findings",
    "analyze",
    "attend",
    "catalogue",
    "charts",
    "finding",
    "load",
    "read_pairs",
    "save",
]
