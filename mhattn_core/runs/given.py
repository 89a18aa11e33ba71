"""The pairs that a run is given: all in memory, or in shards; what is written of them before and after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from mhattn_core.locale import _
from mhattn_core.runs.corpus import corpus_digest, pairs_table
from mhattn_core.runs.files import write_table
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.saved_inputs import forget_given
from mhattn_core.runs.shard_reading import Skipped
from mhattn_core.runs.shard_sums import ShardSums, sample_of
from mhattn_core.runs.shards import ShardedPairs, address_of
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.text.reading import PairRecord

Row = tuple[int, str, str, str]
SKIPPED = {"line": "int64", "reason": "str", "id": "str", "model": "str"}


@dataclass(frozen=True, eq=False)
class Listed:
    """All pairs, and the rows that could not be read."""

    pairs: Sequence[PairRecord]
    bad: pd.DataFrame

    @property
    def number(self) -> int:
        return len(self.pairs)

    @property
    def feeding(self) -> Feeding:
        return self.pairs[0].pair.feeding

    @property
    def digest(self) -> str:
        return corpus_digest(self.pairs)

    def begin(self, folder: Path, *, keep_sentences: bool) -> None:
        write_table(folder / "pairs.parquet", pairs_table(self.pairs, keep_sentences=keep_sentences))

    def end(self, folder: Path, manifest: Manifest) -> tuple[Manifest, pd.DataFrame]:
        """The manifest as it is in the end, and ``skipped.parquet``."""
        rows = [(row.line, row.reason, "", "") for row in self.bad.itertuples()]
        for number, (name, _revision) in enumerate(manifest.models):
            file = sums_file(folder, number)
            reasons = ModelSums.load(file).reasons if file.exists() else {}
            rows += [
                (self.pairs[place].line, reason, self.pairs[place].id, name)
                for place, reason in sorted(reasons.items())
            ]
        return manifest, _table(rows)


class Shards:
    """Pairs in shards, by their address; they are fed as pairs."""

    feeding = AS_PAIR

    def __init__(self, address: object) -> None:
        self.pairs = ShardedPairs(address_of(str(address)))

    @property
    def number(self) -> int:
        return self.pairs.rows

    @property
    def digest(self) -> str:
        return self.pairs.digest

    def begin(self, folder: Path, *, keep_sentences: bool) -> None:  # noqa: ARG002  sentences come at the end
        write_table(folder / "shards.parquet", self.pairs.table())

    def end(self, folder: Path, manifest: Manifest) -> tuple[Manifest, pd.DataFrame]:
        """The manifest with the number of pairs as it was found, and ``skipped.parquet``. A sample of the pairs becomes
        ``pairs.parquet``.
        """
        rows: list[Row] = []
        for number, (name, _revision) in enumerate(manifest.models):
            sums = ShardSums.load(sums_file(folder, number))
            if not number:
                rows += _named(sums.unread, sums.unread_count, "")
                manifest = replace(manifest, pairs=sums.done + sums.skipped_count)
            rows += _named(sums.skipped, sums.skipped_count, name)
        write_table(folder / "pairs.parquet", pairs_table(sample_of(folder), keep_sentences=manifest.keep_sentences))
        forget_given(folder)
        return manifest, _table(rows)


def _named(some: Sequence[Skipped], number: int, model: str) -> Iterator[Row]:
    yield from ((*row, model) for row in some)
    if more := number - len(some):
        yield 0, _("{number} pairs more were left out.").format(number=f"{more:,}"), "", model


def _table(rows: Iterable[Row]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(SKIPPED)).astype(SKIPPED)
