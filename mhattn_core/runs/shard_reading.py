"""The pairs of a shard, read where they are measured."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.runs.corpus import unsegmented_pair
from mhattn_core.runs.shards import ROWS, Shard, opened, parquet_file
from mhattn_core.text.reading import Limits, PairRecord
from mhattn_core.text.reading.assemble import assemble
from mhattn_core.text.reading.packed import damaged, flat_row
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.segmenters import words_unknown

Skipped = tuple[int, str, str]
"""Line, reason and id of a pair that was left out; line 0 where only the id tells the place."""


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
    with opened(shard.file) as raw:
        file = parquet_file(shard.file, raw)
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
    with opened(shard.file) as raw, io.BufferedReader(raw) as file:
        at = max(shard.start - 1, 0)
        file.seek(at)
        if shard.start:
            at += len(file.readline())  # the end of the line before, which may be no more than its line break
        while at < shard.stop and (line := file.readline()):
            yield at, line
            at += len(line)
