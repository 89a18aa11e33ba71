"""Tables of programs: .jsonl and .parquet."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow
import pyarrow.parquet

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Row, Table

BATCH = 32
"""Rows of a Parquet file unpacked at a time: few, since a small file can repeat one long text."""


def read_jsonl(name: str, content: bytes) -> Table:
    """One object a line; its keys are the columns."""
    text, encoding = decode(name, content)
    objects = [(number, _object(line)) for number, line in enumerate(lines(text), 1) if line.strip()]
    names = tuple(dict.fromkeys(key for _number, value in objects if isinstance(value, dict) for key in value))
    rows = (
        Row(number, [value.get(key) for key in names]) if isinstance(value, dict) else Row(number, [], value) for number, value in objects
    )
    return Table("jsonl", rows, names, encoding)


def _object(line: str) -> dict[str, Any] | str:
    """The object on a line, or what is wrong with it."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _("It is not JSON: {error}.").format(error=error)
    return value if isinstance(value, dict) else _('It is not a JSON object such as {"source": "…", "target": "…"}.')


def read_parquet(name: str, content: bytes, limits: Limits) -> Table:
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(name, "Parquet") from error
    limits.check_expanded(name, sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)))
    return Table("parquet", _batches(name, file), tuple(file.schema_arrow.names))


def _batches(name: str, file: pyarrow.parquet.ParquetFile) -> Iterator[Row]:
    line = 0
    try:
        for batch in file.iter_batches(BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                yield Row(line, list(cells))
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(name, "Parquet") from error


def damaged(name: str, kind: str) -> Problem:
    return Problem(
        _("“{name}” is damaged, or is not a file of {kind}.").format(name=name, kind=kind),
        _("Open it in a spreadsheet or an editor and save it as CSV with the encoding UTF-8, or as .xlsx."),
    )
