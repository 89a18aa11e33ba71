"""What heads tie together in pairs with gold links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from mhattn_core.arrays.alignment_weights import Rows, Weighting
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import diagonal_links, error_sums
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check

MEAN = -1
"""Stands in place of a head for the mean of a layer's heads."""


@runtime_checkable
class GoldPair(Protocol):
    """A pair with its gold links, and the line of the file that it comes from."""

    @property
    def pair(self) -> SentencePair: ...
    @property
    def alignment(self) -> Alignment | None: ...
    @property
    def line(self) -> int: ...


class LinkReading(NamedTuple):
    """Where links are read off: the stack, which rows, and weights or norms."""

    stack: str
    rows: Rows
    weight: Weighting


class Gold(NamedTuple):
    """Gold links as bool ``[target word, source word]``; sure ones are possible ones, too."""

    sure: Bool[np.ndarray, "target source"]
    possible: Bool[np.ndarray, "target source"]


@dataclass(frozen=True, eq=False)
class Aligned:
    """What every head of one model ties together in many pairs.

    ``found[reading]`` holds for each pair the partner of each choosing word, int16 ``[layer, head, word]``, −1 for
    none; behind the last head stands the mean of the layer's heads. ``turned``: the model read the pairs the other way
    round; gold and links are still as in the file.
    """

    model: str
    revision: str
    keys: tuple[str, ...]
    gold: tuple[Gold, ...]
    found: Mapping[LinkReading, list[Int[np.ndarray, "_layer _head _choosing"]]]
    skipped: pd.DataFrame
    turned: bool = False
    _sums: dict[LinkReading, Float[np.ndarray, "pair layer head 4"]] = field(default_factory=dict, repr=False)

    def chooses_source(self, reading: LinkReading) -> bool:
        """Whether it is the source's words that choose a partner."""
        return (reading.rows == "a_to_b") != self.turned

    def links(self, reading: LinkReading, pair: int, layer: int, head: int) -> Bool[np.ndarray, "target source"]:
        """One head's links in one pair, bool ``[target, source]``."""
        return self._links(reading, pair)[layer, head]

    def sums(self, reading: LinkReading) -> Float[np.ndarray, "pair layer head 4"]:
        """What error is made of: float64 ``[pair, layer, head, 4]``, the layer's mean behind its last head; see
        ``error_sums``.
        """
        if reading not in self._sums:
            pairs = [error_sums(self._links(reading, place), *gold) for place, gold in enumerate(self.gold)]
            self._sums[reading] = np.stack(pairs)
        return self._sums[reading]

    def _links(self, reading: LinkReading, pair: int) -> Bool[np.ndarray, "layer head target source"]:
        choices, (targets, sources) = self.found[reading][pair], self.gold[pair].sure.shape
        if self.chooses_source(reading):
            return np.swapaxes(choices[..., None] == np.arange(targets), -1, -2)
        return np.asarray(choices[..., None] == np.arange(sources))


def gold_of(record: GoldPair) -> Gold:
    """Gold links of a pair on its words. Raises Problem without links, and for a link to a word that is not there."""
    if record.alignment is None or not record.pair.b:
        raise Problem(_("This pair has no gold links."), _("Add a column “alignment” such as 0-0 1-2 2p1."))
    return gold_links(record.alignment, record.pair)


def gold_links(alignment: Alignment, pair: SentencePair) -> Gold:
    """Links as bool ``[target word, source word]``. Raises Problem for a link to a word that is not there."""
    targets, sources = len(pair.b.words), len(pair.a.words)
    check(alignment, sources, targets)
    sure, possible = np.zeros((targets, sources), dtype=bool), np.zeros((targets, sources), dtype=bool)
    for matrix, wanted in ((sure, alignment.sure), (possible, alignment.possible)):
        for source, target in wanted:
            matrix[target, source] = True
    return Gold(sure, possible)


def baseline_sums(gold: Iterable[Gold]) -> Float[np.ndarray, "pair 4"]:
    """The diagonal baseline's sums, ``[pair, 4]``."""
    return np.stack([error_sums(diagonal_links(*pair.sure.shape), *pair) for pair in gold])
