"""Every head of a model as a word aligner, against gold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from mhattn_core.arrays.alignment_weights import AlignmentWeights, Rows, Weighting
from mhattn_core.attention import Seen, attend
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weightings, alignment_weights
from mhattn_core.attention.embeddings import word_similarity
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import best_links, diagonal_links, error_sums, links, mutual_links
from mhattn_core.models import Model
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check

MEAN = -1
"""Stands in place of a head for the mean of a layer's heads."""


Progress = Callable[[int, int], None]
"""Is told how many pairs are done, and of how many."""


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


class GoldPair(Protocol):
    """A pair with its gold links, and the line of the file that it comes from."""

    @property
    def pair(self) -> SentencePair: ...
    @property
    def alignment(self) -> Alignment | None: ...
    @property
    def line(self) -> int: ...


class Reading(NamedTuple):
    """Where links are read off: the stack, which rows, and weights or norms."""

    stack: str
    rows: Rows
    weight: Weighting


class Gold(NamedTuple):
    """Gold links as bool ``[target word, source word]``; sure ones are possible ones, too."""

    sure: np.ndarray
    possible: np.ndarray


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
    found: Mapping[Reading, list[np.ndarray]]
    skipped: pd.DataFrame
    turned: bool = False
    _sums: dict[Reading, np.ndarray] = field(default_factory=dict, repr=False)

    def chooses_source(self, reading: Reading) -> bool:
        """Whether it is the source's words that choose a partner."""
        return (reading.rows == "a_to_b") != self.turned

    def links(self, reading: Reading, pair: int, layer: int, head: int) -> np.ndarray:
        """One head's links in one pair, bool ``[target, source]``."""
        return self._links(reading, pair)[layer, head]

    def sums(self, reading: Reading) -> np.ndarray:
        """What error is made of: float64 ``[pair, layer, head, 4]``, the layer's mean behind its last head; see
        ``error_sums``.
        """
        if reading not in self._sums:
            pairs = [error_sums(self._links(reading, place), *gold) for place, gold in enumerate(self.gold)]
            self._sums[reading] = np.stack(pairs)
        return self._sums[reading]

    def _links(self, reading: Reading, pair: int) -> np.ndarray:
        choices, (targets, sources) = self.found[reading][pair], self.gold[pair].sure.shape
        if self.chooses_source(reading):
            return np.swapaxes(choices[..., None] == np.arange(targets), -1, -2)
        return np.asarray(choices[..., None] == np.arange(sources))


def align(model: Model, pairs: Sequence[GoldPair], *, turned: bool = False, progress: Progress = silent) -> Aligned:
    """Read the links of every head, with every kind of rows and weights that the model has, off pairs with gold.

    turned: let the model read B as its source and A as its target, as a reverse translator does.
    Pairs without gold links, and pairs that the model cannot read, are skipped and told. Raises Problem when none is
    left.
    Source: Kobayashi et al. 2020, section 6; means over heads as their layer-wise setting.
    """
    readings = [
        Reading(*reading, weight) for reading in alignment_readings(model) for weight in alignment_weightings(model)
    ]
    found: dict[Reading, list[np.ndarray]] = {reading: [] for reading in readings}
    keys, gold, skipped = [], [], []
    for done, record in enumerate(pairs):
        progress(done, len(pairs))
        try:
            links_gold = gold_of(record)
            seen = attend(model, record.pair.turned if turned else record.pair)
        except Problem as problem:
            skipped.append((record.line, problem.happened))
            continue
        for reading in readings:
            found[reading].append(_choices(alignment_weights(seen, reading.rows, reading.weight)))
        keys.append(record.pair.source)
        gold.append(links_gold)
    progress(len(pairs), len(pairs))
    told = pd.DataFrame(skipped, columns=["line", "reason"])
    if not gold:
        raise Problem(
            _("“{name}” could align none of the {pairs} pairs.").format(name=model.name, pairs=len(pairs)),
            _("The first reason: {reason}").format(reason=told["reason"].iloc[0])
            if len(told)
            else _("Give pairs with gold links."),
        )
    return Aligned(model.name, model.revision, tuple(keys), tuple(gold), found, told, turned)


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


def baseline_sums(gold: Iterable[Gold]) -> np.ndarray:
    """The diagonal baseline's sums, ``[pair, 4]``."""
    return np.stack([error_sums(diagonal_links(*pair.sure.shape), *pair) for pair in gold])


def yardstick_links(model: Model, pair: SentencePair) -> np.ndarray:
    """Links of an aligner that trains nothing, bool ``[target, source]``: words that are each other's nearest by their
    embeddings.

    Raises Problem for a model without an encoder. Source: Jalili Sabet et al. 2020 (SimAlign), “Argmax”.
    """
    return mutual_links(word_similarity(model, pair))


def yardstick_sums(model: Model, pairs: Sequence[GoldPair]) -> np.ndarray:
    """The sums of ``yardstick_links`` against gold, ``[pair, 4]``."""
    return np.stack([error_sums(yardstick_links(model, record.pair), *gold_of(record)) for record in pairs])


def mean_links(seen: Seen) -> np.ndarray:
    """Links of a translator as a whole, bool ``[target, source]``: the mean of the heads of its last layer but one, as
    it predicts each word.

    Source: Garg et al. 2019, section 3.1 (the penultimate layer's average aligns best); rows as AWO in Kobayashi et al.
    2020.
    """
    aligned = alignment_weights(seen, "awo")
    layer = max(0, aligned.weights.shape[0] - 2)
    return best_links(aligned.weights[layer].mean(axis=0), aligned.no_link[layer].mean(axis=0))


def _choices(weights: AlignmentWeights) -> np.ndarray:
    """The partner of each choosing word, of each head and of the layer's mean."""
    with_mean = AlignmentWeights(
        weights.stack,
        weights.rows,
        np.concatenate([weights.weights, weights.weights.mean(axis=1, keepdims=True)], axis=1),
        np.concatenate([weights.no_link, weights.no_link.mean(axis=1, keepdims=True)], axis=1),
        weights.targets,
        weights.sources,
    )
    tied = links(with_mean)
    chosen = tied if weights.choosing == "target" else np.swapaxes(tied, -1, -2)
    return np.where(chosen.any(axis=-1), chosen.argmax(axis=-1), -1).astype(np.int16)
