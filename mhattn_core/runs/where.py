"""Where the sums of a run are measured: in this process, or by workers elsewhere (``on_ray``)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mhattn_core.models.model import Model
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.reading import PairRecord

CHUNK = 256
"""Pairs that are measured at once, and lost when the work is killed."""


@dataclass(frozen=True, eq=False)
class ModelWork:
    """What is measured of one model: ``measures`` of ``records``. get: brings the model. tokens: see ``batches``. tell:
    told how many more pairs are done; what it raises ends the work.
    """

    name: str
    get: Callable[[], Model]
    records: Sequence[PairRecord]
    measures: Sequence[str]
    tokens: int | None
    tell: Callable[[int], None]


class Where(Protocol):
    """Who carries out the work."""

    def sums(self, work: ModelWork) -> Iterator[ModelSums]:
        """The sums of one part of the records after another, in their order."""


class Here:
    """In this process, chunk by chunk."""

    def sums(self, work: ModelWork) -> Iterator[ModelSums]:
        model = work.get()
        for start in range(0, len(work.records), CHUNK):
            here = work.records[start : start + CHUNK]
            yield sums_of(model, here, work.measures, work.tokens, work.tell)


HERE = Here()


def sums_of(
    model: Model,
    records: Sequence[PairRecord],
    measures: Sequence[str],
    tokens: int | None,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> ModelSums:
    """The sums of one chunk."""
    sums = ModelSums()
    pairs = [record.pair for record in records]
    sums.add_chunk(measure_chunk(model, pairs, measures, tokens=tokens, tell=tell), records)
    return sums
