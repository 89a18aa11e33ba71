"""One model over all pairs, chunk by chunk, with the sums saved on the way."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from mhattn_core.models.model import Model
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.progress import Meter
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.reading import PairRecord

CHUNK = 256
"""Pairs that are measured, and lost when the work is killed, at once."""
SECONDS_BETWEEN_SAVES = 10.0


def measure_model(
    get: Callable[[], Model],
    records: Sequence[PairRecord],
    file: Path,
    measures: Sequence[str],
    tokens: int | None,
    meter: Meter,
) -> None:
    """Bring the sums of one model to the last pair, from where its file stands."""
    sums = ModelSums.load(file) if file.exists() else ModelSums()
    meter.resume(sums.done)
    if sums.done == len(records):
        return
    model = get()
    saved, at = sums.done, monotonic()
    while sums.done < len(records):
        here = records[sums.done : sums.done + CHUNK]
        try:
            chunk = measure_chunk(model, [record.pair for record in here], measures, tokens=tokens, tell=meter.count)
        except BaseException:
            # Stopped between two chunks, or nearly: what came before is whole.
            if sums.done > saved:
                sums.save(file)
            raise
        sums.add_chunk(chunk, here)
        if monotonic() - at > SECONDS_BETWEEN_SAVES or sums.done == len(records):
            sums.save(file)
            saved, at = sums.done, monotonic()
