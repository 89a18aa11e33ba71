"""Measuring many pairs: runs that resume, merge and are saved as tables."""

from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.corpus import consecutive
from mhattn_core.runs.merge import merge
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.runs.run import Run

__all__ = ["Cancelled", "Progress", "Run", "analyze", "consecutive", "merge"]
