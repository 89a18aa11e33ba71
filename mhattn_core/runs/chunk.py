"""The sums of a few hundred pairs, one row a pair."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from mhattn_core.arrays.word_layer import TokenLayer, WordLayer
from mhattn_core.attention.batches import LONGEST, LONGEST_IN_PARTS, FedPair, batches, collate, feed_all
from mhattn_core.attention.stream import watch_tokens
from mhattn_core.attention.word_layer import word_layer
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.measure import MEASURES
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair


class PackedMeasure(NamedTuple):
    """One measure of one layer: its sums take ``heads × parts`` places in a row."""

    measure: str
    stack: str
    name: str
    layer: int
    heads: int
    parts: int


Layout = tuple[PackedMeasure, ...]
"""What stands in a row, in order."""


class Chunk(NamedTuple):
    """float64 ``rows [pair, place]``, 0 for a pair that could not be measured; ``reasons`` says why, by the pair's
    number.
    """

    layout: Layout
    rows: np.ndarray
    reasons: dict[int, str]


def measure_chunk(
    model: Model,
    pairs: Sequence[SentencePair],
    measures: Sequence[str],
    *,
    tokens: int | None = None,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> Chunk:
    """The sums of each pair. tokens: see ``batches``. tell: told after each batch how many pairs it had; what it raises
    ends the work.
    """
    in_parts = model.attention.reads_in_parts and _are_of_rows(model.network.device, measures)
    rows, problems = feed_all(model, pairs, longest=LONGEST_IN_PARTS if in_parts else LONGEST)
    reasons = {number: problem.happened for number, problem in problems.items()}
    tell(len(reasons))
    layout: Layout = ()
    sums = np.zeros((len(pairs), 0))
    for batch in batches(model, rows, tokens=tokens):
        for part, found in _measured(model, batch, measures, reasons):
            if not layout:
                layout, sums = found.layout, np.zeros((len(pairs), found.rows.shape[1]))
            sums[[row.number for row in part]] = found.rows
        tell(len(batch))
    broken = ~np.isfinite(sums).all(axis=1)
    sums[broken] = 0
    return Chunk(
        layout, sums, reasons | dict.fromkeys(np.flatnonzero(broken).tolist(), _("The model gives no numbers for it."))
    )


def _measured(
    model: Model, rows: list[FedPair], measures: Sequence[str], reasons: dict[int, str]
) -> list[tuple[list[FedPair], Chunk]]:
    """One forward; when it fails, one for each pair, so that a pair that cannot be measured takes no others with it."""
    try:
        return [(rows, _forward(model, rows, measures))]
    except (Problem, RuntimeError, MemoryError, IndexError, ValueError) as error:
        if len(rows) > 1:
            return [part for row in rows for part in _measured(model, [row], measures, reasons)]
        reasons[rows[0].number] = _reason(error)
        return []


def _forward(model: Model, rows: list[FedPair], measures: Sequence[str]) -> Chunk:
    batch = collate(model, rows)
    sums: dict[PackedMeasure, torch.Tensor] = {}

    def see(layer: TokenLayer) -> None:
        for measure, of_layer in zip(measures, _sums(layer, measures), strict=True):
            for name, part in of_layer.items():
                entry = PackedMeasure(measure, layer.axes.stack, name, layer.layer, *part.shape[1:])
                added = part.flatten(1).double()
                sums[entry] = sums[entry] + added if entry in sums else added

    watch_tokens(model, batch, see, in_parts=_are_of_rows(model.network.device, measures))
    layout, found = list(sums), list(sums.values())
    for entry, part in list(sums.items()):
        # A layer that does not attend counts nothing; it is told after the first that does.
        others = sorted(set(range(model.attention.layers(entry.stack))) - {*model.attention.attending(entry.stack)})
        if others and entry.layer == model.attention.attending(entry.stack)[0]:
            layout += [entry._replace(layer=layer) for layer in others]
            found += [torch.zeros_like(part)] * len(others)
    return Chunk(tuple(layout), torch.cat(found, dim=1).cpu().numpy(), {})


def _sums(layer: TokenLayer, measures: Sequence[str]) -> Iterator[Mapping[str, torch.Tensor]]:
    """What each measure adds, by its own way over rows where it has one and the layer is on a processor."""
    words: WordLayer | None = None
    for measure in measures:
        of_rows = MEASURES[measure].of_rows
        if of_rows is not None and _are_of_rows(layer.tokens.device, [measure]):
            yield of_rows(layer)
        else:
            words = words or word_layer(layer.tokens, layer.layer, layer.axes)
            yield MEASURES[measure].sums(words)


def _are_of_rows(device: torch.device, measures: Sequence[str]) -> bool:
    """Whether all of the measures need no more than some rows at a time."""
    return device.type == "cpu" and all(MEASURES[measure].of_rows for measure in measures)


def _reason(error: Exception) -> str:
    if isinstance(error, Problem):
        return error.happened
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error):
        return _("There is not enough memory for it.")
    return _("The model fails on it: {reason}").format(reason=(str(error).splitlines() or [type(error).__name__])[0])
