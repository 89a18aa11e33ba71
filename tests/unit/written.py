"""Fifty English sentences with their trees, what they are in Chinese, and which word is which: written for these
tests.
"""

from functools import cache
from pathlib import Path

from mhattn_core.text.annotation import Annotated, annotate
from mhattn_core.text.reading import PairRecord, read_gold, read_pairs

DATA = Path(__file__).parents[1] / "data"
TREES = DATA / "written.conllu"


@cache
def sentences() -> list[PairRecord]:
    """The English sentences with their trees."""
    return read_pairs(TREES).pairs


@cache
def annotated() -> list[Annotated]:
    return annotate(sentences(), parser=False)


@cache
def gold_pairs() -> list[PairRecord]:
    """English, Chinese and the links between their words."""
    return read_gold([DATA / "written.en", DATA / "written.zh"], DATA / "written.align").pairs


def rows() -> list[list[str]]:
    """The words of the file of trees, as their ten columns."""
    return [line.split("\t") for line in TREES.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
