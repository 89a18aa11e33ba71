"""One model over all pairs, part by part, with the sums saved on the way."""

from dataclasses import replace
from pathlib import Path
from time import monotonic

from mhattn_core.runs.progress import Meter
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.where import ModelWork, Where

SECONDS_BETWEEN_SAVES = 10.0


def measure_model(work: ModelWork, file: Path, where: Where, meter: Meter) -> None:
    """Bring the sums of one model to the last pair, from where its file stands."""
    sums = ModelSums.load(file) if file.exists() else ModelSums()
    meter.resume(sums.done)
    if sums.done == len(work.records):
        return
    saved, at = sums.done, monotonic()
    try:
        for part in where.sums(replace(work, records=work.records[sums.done :])):
            sums.add(part)
            if monotonic() - at > SECONDS_BETWEEN_SAVES or sums.done == len(work.records):
                sums.save(file)
                saved, at = sums.done, monotonic()
    except BaseException:
        # Stopped between two parts, or nearly: what came before is whole.
        if sums.done > saved:
            sums.save(file)
        raise
