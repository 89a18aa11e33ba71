"""A corpus larger than memory: files of Parquet or JSONL, cut into shards that are read where they are measured."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.fs as files
import pyarrow.parquet as pq

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.runs.corpus import unsegmented_pair
from mhattn_core.text.reading import Limits, PairRecord
from mhattn_core.text.reading.assemble import assemble
from mhattn_core.text.reading.packed import damaged, flat_row
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.segmenters import words_unknown

ROWS = 2048
"""Of a Parquet file in a shard, at the most."""
BYTES = 2**19
"""Of a JSONL file in a shard."""
SAMPLED = 2**16
"""Bytes of a JSONL file that tell how long its lines are."""
PARQUET, JSONL = ".parquet", ".jsonl"
WILD = "*?["
Skipped = tuple[int, str, str]
"""Line, reason and id of a pair that was left out; line 0 where only the id tells the place."""


@dataclass(frozen=True)
class Shard:
    """Rows of a file. group: of a Parquet file, whose rows ``start`` to ``stop`` are counted within it, the file's
    ``before`` rows standing above it; -1 of a JSONL file, where they are bytes, and the lines that begin there are
    meant. rows: how many, of JSONL about how many.
    """

    number: int
    file: str
    group: int
    start: int
    stop: int
    rows: int
    before: int = 0

    @property
    def name(self) -> str:
        """What people are told of it."""
        return f"{Path(self.file).name} {self.start:,} – {self.stop:,}"


@dataclass(frozen=True)
class ShardedPairs:
    """address: a folder, a glob, or either with ``s3://``, ``gs://`` or ``hf://`` in front."""

    address: str

    @cached_property
    def shards(self) -> tuple[Shard, ...]:
        """Raises Problem when no file is there, or one is damaged."""
        found: list[Shard] = []
        for name, size in self.found:
            cuts = _of_parquet(name) if name.endswith(PARQUET) else _of_lines(name, size)
            found += [replace(shard, number=len(found) + place) for place, shard in enumerate(cuts)]
        if not found:
            raise Problem(
                _("There are no pairs in “{address}”.").format(address=self.address),
                _("Name a folder or a pattern of files: .parquet or .jsonl."),
            )
        return tuple(found)

    @cached_property
    def found(self) -> list[tuple[str, int]]:
        """Addresses and sizes of the files, in order."""
        try:
            system, path = file_system(self.address)
            return _listed(system, path, self.address)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise Problem(
                _("“{address}” cannot be read: {reason}").format(
                    address=self.address, reason=str(error).splitlines()[0] if str(error) else type(error).__name__
                ),
                _("Check the address, and that every machine of the cluster may read it."),
            ) from error

    @property
    def rows(self) -> int:
        """Of JSONL files about how many."""
        return sum(shard.rows for shard in self.shards)

    @property
    def digest(self) -> str:
        """A hash of what names the shards: files by their names, sizes and rows, not their content."""
        told = (
            [(Path(name).name, size) for name, size in self.found],
            [(shard.group, shard.start, shard.stop) for shard in self.shards],
        )
        return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()

    def table(self) -> pd.DataFrame:
        """``shards.parquet``: what the numbers of shards stand for."""
        return pd.DataFrame(self.shards)


def is_sharded(pairs: object) -> bool:
    """Whether pairs are named that are read shard by shard: a folder, a pattern, or an address with a scheme."""
    if not isinstance(pairs, str | Path):
        return False
    text = str(pairs)
    return "://" in text or ":/" in text[2:] or any(mark in text for mark in WILD) or Path(text).is_dir()


def address_of(path: str | Path) -> str:
    """As ``file_system`` takes it; a Path makes one slash of two."""
    text = str(path)
    scheme, slash, rest = text.partition(":/")
    return f"{scheme}://{rest.lstrip('/')}" if slash and len(scheme) > 1 else text


def file_system(address: str) -> tuple[files.FileSystem, str]:
    """Where an address points: pyarrow's own file systems, and the Hub's. Raises OSError or ValueError."""
    if address.startswith("hf://"):
        from mhattn_core.models.hub_files import hub_file_system

        return files.PyFileSystem(files.FSSpecHandler(hub_file_system())), address.removeprefix("hf://")
    if "://" in address:
        system, path = files.FileSystem.from_uri(address)
        return system, path
    return files.LocalFileSystem(), str(Path(address).expanduser().absolute())


def _listed(system: files.FileSystem, path: str, address: str) -> list[tuple[str, int]]:
    wild = any(mark in path for mark in WILD)
    root = path
    while any(mark in root for mark in WILD):
        root = root.rpartition("/")[0]
    scheme = address.partition("://")[0] + "://" if "://" in address else ""
    if not wild and system.get_file_info(root).is_file:
        return [(scheme + root, system.get_file_info(root).size)]
    found = system.get_file_info(files.FileSelector(root, recursive=True))
    return sorted(
        (scheme + info.path, info.size)
        for info in found
        if info.is_file
        and info.path.endswith((PARQUET, JSONL))
        and not info.base_name.startswith((".", "_"))
        and (not wild or fnmatch(info.path, path))
    )


def _of_parquet(name: str) -> Iterator[Shard]:
    with _opened(name) as file:
        meta = _parquet(name, file).metadata
    before = 0
    for group in range(meta.num_row_groups):
        rows = meta.row_group(group).num_rows
        for start in range(0, rows, ROWS):
            stop = min(start + ROWS, rows)
            yield Shard(0, name, group, start, stop, stop - start, before)
        before += rows


def _of_lines(name: str, size: int) -> Iterator[Shard]:
    with _opened(name) as file:
        first = file.read(SAMPLED)
    a_byte = first.count(b"\n") / len(first) if first else 0.0
    for start in range(0, size, BYTES):
        stop = min(start + BYTES, size)
        yield Shard(0, name, -1, start, stop, max(1, round((stop - start) * a_byte)))


def halves(shard: Shard) -> Sequence[Shard]:
    """Two shards that are the same together; none of one row."""
    middle = (shard.start + shard.stop) // 2
    if shard.group < 0:
        begins = [start for start, _line in _lines(shard)]
        if len(begins) < 2:
            return ()
        middle = begins[len(begins) // 2]
    elif shard.stop - shard.start < 2:
        return ()
    return replace(shard, stop=middle), replace(shard, start=middle)


def read_shard(shard: Shard) -> tuple[list[PairRecord], list[Skipped]]:
    """Its pairs, and its rows that cannot be read. A pair without an id has its file and row (of JSONL, byte) for one.

    Raises Problem when the file is damaged or no column of sources is known.
    """
    name = Path(shard.file).name
    try:
        table = _lines_table(shard) if shard.group < 0 else _rows_table(shard)
    except (pa.ArrowException, OSError) as error:
        raise damaged(name, "JSONL" if shard.group < 0 else "Parquet") from error
    read = assemble(name, table, None, Limits())
    if "source" not in read.columns.used:
        if shard.group < 0:  # of other lines there may be more
            return [], [(0, _("It has no source text."), f"{name}:{row.line}") for row in table.rows]
        raise Problem(
            _("None of the columns of “{name}” is known to hold sentences: {names}.").format(
                name=name, names=listed(read.columns.found)
            ),
            _("Call the columns “source” and “target”."),
        )
    records, skipped = [], []
    for record in read.pairs:
        id_ = record.id if "id" in read.columns.used and record.id != str(record.line) else f"{name}:{record.line}"
        line = 0 if shard.group < 0 else record.line
        if languages := unsegmented_pair(record.pair):
            skipped.append((line, words_unknown(languages), id_))
        else:
            records.append(replace(record, id=id_, line=line))
    unread = [
        (0 if shard.group < 0 else int(row.line), str(row.reason), f"{name}:{row.line}")
        for row in read.bad.itertuples()
    ]
    return records, [*unread, *skipped]


def _rows_table(shard: Shard) -> Table:
    """Rows of a group, streamed; what stands above them in it is passed over."""
    rows: list[TableRow] = []
    with _opened(shard.file) as opened:
        file = _parquet(shard.file, opened)
        names: tuple[str, ...] = tuple(file.schema_arrow.names)
        at = 0
        for batch in file.iter_batches(ROWS, row_groups=[shard.group], use_threads=False):
            some = batch.slice(max(shard.start - at, 0), max(shard.stop - max(at, shard.start), 0))
            for place, row in enumerate(some.to_pylist(), max(shard.start, at)):
                flat = flat_row(row)
                names = tuple(dict.fromkeys((*names, *flat)))
                rows.append(TableRow(shard.before + place + 1, [flat.get(name) for name in names]))
            at += batch.num_rows
            if at >= shard.stop:
                break
    return Table("parquet", rows, names)


def _lines_table(shard: Shard) -> Table:
    rows: list[tuple[int, dict[str, Any] | str]] = []
    for start, line in _lines(shard):
        if line.strip():
            try:
                value = json.loads(line)
                rows.append((start, flat_row(value) if isinstance(value, dict) else _("It is not a JSON object.")))
            except (ValueError, RecursionError) as error:
                rows.append((start, _("It is not JSON: {error}.").format(error=error)))
    names = tuple(dict.fromkeys(name for _start, row in rows if isinstance(row, dict) for name in row))
    return Table(
        "jsonl",
        [
            TableRow(start, [], row) if isinstance(row, str) else TableRow(start, [row.get(name) for name in names])
            for start, row in rows
        ],
        names,
    )


def _lines(shard: Shard) -> Iterator[tuple[int, bytes]]:
    """The lines that begin in the shard's bytes, and where."""
    with _opened(shard.file) as opened, io.BufferedReader(opened) as file:
        at = max(shard.start - 1, 0)
        file.seek(at)
        if shard.start:
            at += len(file.readline())  # the end of the line before, which may be no more than its line break
        while at < shard.stop and (line := file.readline()):
            yield at, line
            at += len(line)


def _opened(name: str) -> Any:
    system, path = file_system(name)
    return system.open_input_file(path)


def _parquet(name: str, file: Any) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except pa.ArrowException as error:
        raise damaged(Path(name).name, "Parquet") from error
