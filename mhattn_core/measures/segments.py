"""Which segment of a document feeds which part of its summary: shares, what they exceed length by, and another measure
to agree with.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from rouge_score.rouge_scorer import RougeScorer

from mhattn_core.errors import ShapeError
from mhattn_core.text.words import cut


class _Words:
    """ROUGE on the words of the grid: its own tokenizer knows Latin letters only."""

    def tokenize(self, text: str) -> list[str]:
        return [word.text.lower() for word in cut(text).words if any(sign.isalnum() for sign in word.text)]


def of_units(
    weights: Float[np.ndarray, "*batch word segment"], unit: Sequence[int]
) -> Float[np.ndarray, "*batch unit segment"]:
    """Mean over the words of each unit (a sentence of the summary): ``[..., word, segment]`` to ``[..., unit,
    segment]``.

    unit ``[word]``: the number of each word's unit. Words that are not known (NaN) do not count. Raises ShapeError for
    another length.
    Source: the inner means of Baan et al. 2019 over generated words; units are ours.
    """
    number = np.asarray(unit)
    if weights.shape[-2] != len(number):
        raise ShapeError(f"{weights.shape[-2]} words, {len(number)} of them placed")
    return np.stack(
        [np.nanmean(weights[..., number == one, :], axis=-2) for one in range(int(number.max()) + 1)], axis=-2
    )


def shares(weights: Float[np.ndarray, "*batch segment"]) -> Float[np.ndarray, "*batch segment"]:
    """Of what goes to the document, the share of each segment; sums to 1 over segments, NaN where nothing goes
    there.
    """
    total = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, total, out=np.full(weights.shape, np.nan), where=total > 0)


def lift(
    weights: Float[np.ndarray, "*batch segment"], words: Real[np.ndarray, " segment"]
) -> Float[np.ndarray, "*batch segment"]:
    """The share of a segment less its share of the document's words: above 0 where it gets more than its length. Range:
    −1 to 1.

    weights ``[..., segment]``; words ``[segment]``. A head that looks everywhere alike has 0 everywhere.
    """
    if weights.shape[-1] != len(words):
        raise ShapeError(f"{weights.shape[-1]} segments, {len(words)} with a length")
    return shares(weights) - words / words.sum()


def rouge(units: Sequence[str], segments: Sequence[str]) -> Float[np.ndarray, "unit segment"]:
    """ROUGE-L (F) of each unit of a summary with each segment, on words: ``[unit, segment]``, 0 to 1. Source: Lin 2004,
    section 3.
    """
    scorer = RougeScorer(["rougeL"], tokenizer=_Words())
    return np.array([[scorer.score(segment, unit)["rougeL"].fmeasure for segment in segments] for unit in units])


def likest(likeness: Float[np.ndarray, "unit segment"]) -> Int[np.ndarray, " unit"]:
    """The segment that each unit is likest, int ``[unit]``; of equals the first, -1 for a unit that is like none.
    likeness: see ``rouge``.
    """
    return np.where(likeness.max(axis=1) > 0, likeness.argmax(axis=1), -1)


def agrees(
    lifts: Float[np.ndarray, "*batch unit segment"], likest: Int[np.ndarray, " unit"]
) -> Bool[np.ndarray, "*batch unit"]:
    """Whether a unit's most lifted segment is the likest: ``[..., unit, segment]`` to bool ``[..., unit]``.

    likest ``[unit]``: that segment's number. Of equal lifts the first segment counts; a unit that gives the document
    nothing agrees with none.
    """
    known = np.isfinite(lifts).all(axis=-1)
    agreed: Bool[np.ndarray, "*batch unit"] = known & (
        np.where(np.isnan(lifts), -np.inf, lifts).argmax(axis=-1) == likest
    )
    return agreed


def in_order(units: int, segments: int) -> Int[np.ndarray, " {units}"]:
    """For each unit of a summary the segment that lies as far into the document: int ``[unit]``. What a summary gives
    that follows its text.
    """
    return ((np.arange(units) + 0.5) / units * segments).astype(int)


def agreement(
    lifts: Float[np.ndarray, "*batch unit segment"], likest: Int[np.ndarray, " unit"]
) -> Float[np.ndarray, "*batch"]:
    """The share of units whose most lifted segment is the likest, see ``agrees``: ``[..., unit, segment]`` to
    ``[...]``.

    Units that are like no segment (-1) have no answer and do not count; NaN where none is left.
    """
    agreed, asked = agrees(lifts, likest), likest >= 0
    return np.asarray(agreed[..., asked].mean(axis=-1)) if asked.any() else np.full(agreed.shape[:-1], np.nan)
