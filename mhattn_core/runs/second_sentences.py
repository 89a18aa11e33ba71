"""What the models of a run wrote for second sentences: written once by each, and kept beside its sums."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from mhattn_core.attention.prepare_inputs import second_sentence
from mhattn_core.errors import Problem
from mhattn_core.models.model import Model
from mhattn_core.runs.files import write_table
from mhattn_core.runs.progress import Meter, Tell
from mhattn_core.runs.where import Step, Workers
from mhattn_core.text.reading import PairRecord

TYPES = {"id": "str", "model": "str", "target": "str", "complete": "bool"}
"""The table ``generated``: which pair, who wrote, what, and whether it came to an end before the limit. What could not
be written is empty; the pair is then among those that were skipped.
"""
PART = 8
"""Pairs whose writing is lost when the work is killed: a token is a forward pass."""


def write_seconds(
    workers: Workers, name: str, records: Sequence[PairRecord], folder: Path, meter: Meter
) -> Sequence[PairRecord]:
    """The records with the second sentences that the model of this name writes, from where its file stands."""
    file = _parts(folder) / f"{blake2b(name.encode(), digest_size=6).hexdigest()}.parquet"
    table = pd.read_parquet(file) if file.exists() else pd.DataFrame(columns=list(TYPES)).astype(TYPES)
    meter.resume(len(table))
    parts = [records[start : start + PART] for start in range(len(table), len(records), PART)]
    for part in workers.results(Step(_write, size=len, name=lambda part: part[0].id), parts, meter):
        table = pd.concat([table, part.assign(model=name)[list(TYPES)].astype(TYPES)], ignore_index=True)
        write_table(file, table)
    return [
        replace(record, pair=replace(record.pair, target=target))
        for record, target in zip(records, table["target"], strict=True)
    ]


def collect(folder: Path, *, keep_sentences: bool) -> None:
    """``generated.parquet``, without what was written where no sentences are kept."""
    files = sorted(_parts(folder).glob("*.parquet"))
    table = pd.concat(map(pd.read_parquet, files), ignore_index=True)
    write_table(folder / "generated.parquet", table if keep_sentences else table.drop(columns="target"))
    if not keep_sentences:
        for file in files:
            file.unlink()


def _write(model: Model, records: Sequence[PairRecord], tell: Tell) -> pd.DataFrame:
    rows = []
    for record in records:
        try:
            written = second_sentence(model, record.pair, tell=lambda _share: tell(0))
            rows.append((record.id, written.text, written.complete))
        except Problem:
            rows.append((record.id, "", False))
        tell(1)
    return pd.DataFrame(rows, columns=["id", "target", "complete"])


def _parts(folder: Path) -> Path:
    return folder / "parts" / "generated"
