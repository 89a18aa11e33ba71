"""One model over all pairs, part by part, with the sums saved on the way."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.progress import Meter, Tell
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.where import Step, Workers
from mhattn_core.text.reading import PairRecord

SECONDS_BETWEEN_SAVES = 10.0

Records = Sequence[PairRecord]


def measure_model(
    workers: Workers, records: Records, measures: Sequence[str], tokens: int | None, file: Path, meter: Meter
) -> None:
    """Bring the sums of one model to the last pair, from where its file stands. tokens: see ``batches``."""
    sums = ModelSums.load(file) if file.exists() else ModelSums()
    meter.resume(sums.done)
    if sums.done == len(records):
        return
    size = workers.part_size(len(records))
    # Parts begin where they would have begun without a stop: what a pair gives hangs, in its last digits, on its batch.
    starts = [sums.done, *range((sums.done // size + 1) * size, len(records), size)]
    parts = [records[start:end] for start, end in zip(starts, [*starts[1:], len(records)], strict=True)]
    saved, at = sums.done, monotonic()
    try:
        for part in workers.results(records_step(measures, tokens), parts, meter):
            sums.add(part)
            if monotonic() - at > SECONDS_BETWEEN_SAVES or sums.done == len(records):
                sums.save(file)
                saved, at = sums.done, monotonic()
    except BaseException:
        # Stopped between two parts, or nearly: what came before is whole.
        if sums.done > saved:
            sums.save(file)
        raise


def records_step(measures: Sequence[str], tokens: int | None) -> Step[Records, ModelSums]:
    """The sums of some pairs."""
    return Step(
        partial(sums_of, tuple(measures), tokens),
        size=len,
        halves=lambda part: (part[: len(part) // 2], part[len(part) // 2 :]) if len(part) > 1 else (),
        lost=lambda part: ModelSums(done=len(part), reasons={0: _("The process that measured it ended.")}),
        merge=added,
        name=lambda part: part[0].id if len(part) == 1 else f"{part[0].id} – {part[-1].id}",
    )


def sums_of(
    measures: Sequence[str], tokens: int | None, model: Model, records: Records, tell: Tell = lambda _pairs: None
) -> ModelSums:
    """The sums of a few hundred pairs."""
    sums = ModelSums()
    pairs = [record.pair for record in records]
    sums.add_chunk(measure_chunk(model, pairs, measures, tokens=tokens, tell=tell), records)
    return sums


def added(parts: Sequence[ModelSums]) -> ModelSums:
    """The sums of consecutive parts as one."""
    sums = ModelSums()
    for part in parts:
        sums.add(part)
    return sums
