"""Tables of programs: .jsonl and .parquet."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pyarrow
import pyarrow.parquet

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.dataset import origin_of
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.wordings import language_of

BETWEEN = re.compile(r"[\s,]*")
Parsed = dict[str, Any] | list[Any] | str
"""A row as columns by name, as cells in order, or what is wrong with it."""
LISTED = {"language", "translation"}
BATCH = 32
"""Rows of a Parquet file unpacked at a time: few, since a small file can repeat one long text."""


def read_jsonl(name: str, content: bytes) -> Table:
    """One object a line, or an array of objects; their keys are the columns, as are languages under a key
    (``translation.en``). Lists in place of objects are rows of cells without names.
    """
    text, encoding = decode(name, content)
    is_array = text.lstrip().startswith("[")
    objects = list(_elements(text) if is_array else _lines(text))
    format_ = "json" if is_array else "jsonl"
    names = tuple(dict.fromkeys(key for _line, value in objects if isinstance(value, dict) for key in value))
    if not names and any(isinstance(value, list) for _line, value in objects):
        cells = [
            TableRow(line, [], value) if isinstance(value, str) else TableRow(line, [*value]) for line, value in objects
        ]
        return Table(format_, cells, None, encoding)
    rows = (
        TableRow(line, [value.get(key) for key in names])
        if isinstance(value, dict)
        else TableRow(line, [], value if isinstance(value, str) else _no_object())
        for line, value in objects
    )
    return Table(format_, rows, names, encoding)


def _lines(text: str) -> Iterator[tuple[int, Parsed]]:
    """Each line that is not empty, and its object, or what is wrong with it."""
    for line, written in enumerate(lines(text), 1):
        if written.strip():
            try:
                yield line, _object(json.loads(written))
            except (ValueError, RecursionError) as error:
                yield line, _("It is not JSON: {error}.").format(error=error)


def _elements(text: str) -> Iterator[tuple[int, Parsed]]:
    """The objects of an array and the lines on which they begin; where it is broken, what is wrong, and no more."""
    read = json.JSONDecoder().raw_decode
    place, line, before = BETWEEN.match(text, text.index("[") + 1).end(), 1, 0  # type: ignore[union-attr]  # it matches nothing too
    while place < len(text) and text[place] != "]":
        line, before = line + text.count("\n", before, place), place
        try:
            value, place = read(text, place)
        except (ValueError, RecursionError) as error:
            yield line, _("It is not JSON: {error}.").format(error=error)
            return
        yield line, _object(value)
        place = BETWEEN.match(text, place).end()  # type: ignore[union-attr]


def _object(value: Any) -> Parsed:
    return flat_row(value) if isinstance(value, dict) else value if isinstance(value, list) else _no_object()


def _no_object() -> str:
    return _('It is not a JSON object such as {"source": "…", "target": "…"}.')


def flat_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row with sentences that stand by language under one key (``{"translation": {"en": …, "zh": …}}``, or in two
    lists ``language`` and ``translation``) in columns of their own.
    """
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and value.keys() == LISTED and all(isinstance(one, list) for one in value.values()):
            value = dict(zip(value["language"], value["translation"], strict=False))
        is_by_language = isinstance(value, dict) and value and all(map(language_of, value))
        flat |= {f"{key}.{language}": text for language, text in value.items()} if is_by_language else {key: value}
    return flat


def read_parquet(name: str, content: bytes, limits: Limits) -> Table:
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(name, "Parquet") from error
    limits.check_expanded(name, sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)))
    kinds = {column.name: column.type for column in file.schema_arrow}
    names = flat_row(
        {
            name: {field.name: None for field in kind} if pyarrow.types.is_struct(kind) else None
            for name, kind in kinds.items()
        }
    )
    origin = origin_of(file.schema_arrow.metadata, file.metadata.num_rows)
    remarks = (origin.sentence(),) if origin else ()
    lines_of_rows = iter(origin.numbers) if origin else count(1)
    return Table(
        "parquet", _batches(name, tuple(names), file, lines_of_rows), tuple(names), remarks=remarks, origin=origin
    )


def _batches(
    name: str, names: Sequence[str], file: pyarrow.parquet.ParquetFile, lines_of_rows: Iterator[int]
) -> Iterator[TableRow]:
    try:
        for batch in file.iter_batches(BATCH):
            for row in batch.to_pylist():
                flat = flat_row(row)
                yield TableRow(next(lines_of_rows), [flat.get(key) for key in names])
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(name, "Parquet") from error


def damaged(name: str, kind: str) -> Problem:
    return Problem(
        _("“{name}” is damaged, or is not a file of {kind}.").format(name=name, kind=kind),
        _("Open it in a spreadsheet or an editor and save it as CSV with the encoding UTF-8, or as .xlsx."),
    )
