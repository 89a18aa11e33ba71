"""From the rows of a table to pairs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import check, parse
from mhattn_core.text.reading.columns import find_columns, holds_summaries
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Bad, PairRecord, Row, Table, Upload, bad_rows

HEAD = 5


def assemble(
    name: str, table: Table, wanted: Mapping[str, str] | None, limits: Limits, *, header: bool | None = None, base: Literal[0, 1] = 0
) -> Upload:
    """Read the table's rows as pairs. Empty rows are passed over; what cannot be read is kept with its reason."""
    filled = (row for row in table.rows if row.fault or any(_is_filled(cell) for cell in row.cells))
    all_rows = list(limits.within(name, filled))
    limits.check_columns(name, max((len(row.cells) for row in all_rows), default=0))
    columns, above, rows = find_columns(all_rows, table.names, wanted, header)
    if len(rows) > limits.rows:
        raise limits.exceeded(_("“{name}” has more than {number} rows.").format(name=name, number=f"{limits.rows:,}"))
    bad: list[Bad] = [(row.line, _("It stands above the names of the columns.")) for row in above]
    pairs: list[PairRecord] = []
    if "source" in columns.used:
        places = {field: columns.found.index(column) for field, column in columns.used.items()}
        if holds_summaries(columns.used):
            limits = replace(limits, characters=limits.document)
        pairs = list(_pairs(rows, places, limits, bad, base))
    return Upload(
        name,
        table.format,
        pairs,
        bad_rows(bad),
        columns,
        table.encoding,
        table.separator,
        tuple({column: str(cell or "") for column, cell in zip(columns.found, row.cells, strict=False)} for row in rows[:HEAD]),
    )


def _pairs(rows: Sequence[Row], places: Mapping[str, int], limits: Limits, bad: list[Bad], base: Literal[0, 1]) -> Iterator[PairRecord]:
    taken: dict[str, int] = {}
    for row in rows:
        try:
            if row.fault:
                raise Problem(row.fault, "")
            cells = {field: row.cells[place] for field, place in places.items() if place < len(row.cells)}
            record = _record(cells, row.line, limits, base)
            if record.id in taken:
                raise Problem(_("Its id, “{id}”, is that of line {line}.").format(id=record.id, line=taken[record.id]), "")
        except Problem as problem:
            bad.append((row.line, problem.happened))
        else:
            taken[record.id] = row.line
            yield record


def _record(cells: Mapping[str, Any], line: int, limits: Limits, base: Literal[0, 1]) -> PairRecord:
    texts = {field: _text(field, cell, limits) for field, cell in cells.items() if not isinstance(cell, list | tuple)}
    if not texts.get("source"):
        raise Problem(_("It has no source text."), "")
    pair = SentencePair(texts["source"], texts.get("target", ""), _words(cells, "source_words"), _words(cells, "target_words"))
    alignment = None
    if pair.source_words or pair.target_words or texts.get("alignment"):
        source, target = len(pair.a.words), len(pair.b.words)
        if texts.get("alignment"):
            alignment = parse(texts["alignment"], base=base)
            check(alignment, source, target)
    return PairRecord(
        texts.get("id") or str(line),
        pair,
        line,
        texts.get("document", ""),
        texts.get("group", ""),
        texts.get("label", ""),
        alignment,
    )


def _text(field: str, cell: Any, limits: Limits) -> str:
    """A cell as text; whole numbers that a format keeps as fractions lose their point."""
    if not _is_filled(cell):
        return ""
    if isinstance(cell, dict | bytes):
        raise Problem(_("Its “{field}” is not text.").format(field=field), "")
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if len(text) > limits.characters:
        raise Problem(
            _("Its “{field}” has {length} characters, at most {limit} are read.").format(
                field=field, length=f"{len(text):,}", limit=f"{limits.characters:,}"
            ),
            "",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Problem(_("Its “{field}” holds a broken character.").format(field=field), "") from error
    return text


def _words(cells: Mapping[str, Any], field: str) -> tuple[str, ...]:
    cell = cells.get(field)
    return tuple(map(str, cell)) if isinstance(cell, list | tuple) else tuple(str(cell).split()) if _is_filled(cell) else ()


def _is_filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell)) and bool(str(cell).strip())
