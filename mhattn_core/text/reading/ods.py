"""OpenDocument spreadsheets."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse

from mhattn_core.locale import _
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.packed import damaged
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.sheet import DAMAGED, MOST_ROWS
from mhattn_core.text.reading.workbook import choose, sheet_of

CONTENT = "content.xml"
SPACES = {"s": " ", "tab": "\t", "line-break": "\n"}
CELLS = ("table-cell", "covered-table-cell")


def read_ods(name: str, content: bytes, limits: Limits, wanted: str | None = None) -> Table:
    """The wanted sheet, else the one with the columns of pairs; a formula counts as its value, a cell merged over
    several rows stands in each of them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            limits.check_expanded(name, sum(entry.file_size for entry in archive.infolist()))
            with archive.open(CONTENT) as file:
                sheets = dict(_sheets(name, file, limits))
    except DAMAGED as error:
        raise damaged(name, "OpenDocument") from error
    looked_at = [sheet_of(title, True, (row.cells for row in rows)) for title, rows in sheets.items()]
    sheet, names, remarks = choose(name, looked_at, wanted)
    return Table("ods", sheets[sheet], sheet=sheet, sheets=names, remarks=remarks)


def _sheets(name: str, file: Any, limits: Limits) -> Iterator[tuple[str, list[TableRow]]]:
    rows: list[TableRow] = []
    lasting: dict[int, tuple[int, Any]] = {}
    line = 0
    for event, element in iterparse(file, events=("start", "end")):
        local = _local(element)
        if event == "start" and local == "table":
            rows, lasting, line = [], {}, 0
        elif event == "end" and local == "table":
            yield _attribute(element, "name", ""), rows
            element.clear()
        elif event == "end" and local == "table-row":
            cells, fault, spans = _cells(element, limits)
            lasting = {place: (last, value) for place, (last, value) in lasting.items() if line + 1 <= last}
            for place, (_last, value) in lasting.items():
                cells += [None] * (place + 1 - len(cells))
                cells[place] = value
            lasting |= {place: (line + span, cells[place]) for place, span in spans.items() if place < len(cells)}
            limits.check_columns(name, len(cells))
            repeated = _number(element, "number-rows-repeated")
            if cells or fault:
                if len(rows) + min(repeated, MOST_ROWS) > limits.rows + 1:
                    raise limits.exceeded(
                        _("“{name}” has more than {number} rows.").format(name=name, number=f"{limits.rows:,}")
                    )
                rows += [TableRow(line + place, list(cells), fault) for place in range(1, repeated + 1)]
            line += repeated
            element.clear()


def _cells(row: Any, limits: Limits) -> tuple[list[Any], str, dict[int, int]]:
    """The values without empty ones at the end, what is wrong with one, and by place over how many rows one goes."""
    cells: list[Any] = []
    spans: dict[int, int] = {}
    fault, empty = "", 0
    for cell in row:
        if _local(cell) not in CELLS:
            continue
        value, error = _value(cell)
        repeated = _number(cell, "number-columns-repeated")
        if value is None:
            empty += repeated
            continue
        # One that claims to be repeated without end is stopped where the check of columns finds it.
        most = limits.columns + 1
        cells += [None] * min(empty, most) + [value] * min(repeated, most)
        empty = 0
        if (span := _number(cell, "number-rows-spanned")) > 1:
            spans[len(cells) - 1] = span
        fault = fault or error
    return cells, fault, spans


def _value(cell: Any) -> tuple[Any, str]:
    kind = _attribute(cell, "value-type", "")
    text = "\n".join(_text(part) for part in cell if _local(part) == "p")
    if "error" in (_attribute(cell, "value-type", "", "calc"), kind):
        return text, _("A cell holds the error {error}.").format(error=text)
    if kind in ("float", "percentage", "currency"):
        return float(_attribute(cell, "value", "nan")), ""
    return text or None, ""


def _text(element: Any) -> str:
    """A paragraph with the spaces that the format writes as elements; comments stand beside it and are left out."""
    parts = [element.text or ""]
    for child in element:
        local = _local(child)
        if local in SPACES:
            parts.append(SPACES[local] * min(_number(child, "c"), 1000))
        elif local != "annotation":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _number(element: Any, name: str) -> int:
    return max(1, int(_attribute(element, name, "1")))


def _attribute(element: Any, name: str, otherwise: str, namespace: str = "") -> str:
    """By its local name; those of the calculator's own namespace repeat some, and count only when asked for."""
    for key, value in element.attrib.items():
        uri, _sign, local = key.rpartition("}")
        if local == name and ("calc" in uri) == bool(namespace):
            return str(value)
    return otherwise


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
