"""Excel workbooks."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from mhattn_core.locale import _
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.packed import damaged
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.workbook import cell_value, choose, open_workbook, sheets_of

MOST_ROWS = 1_048_576
# What openpyxl and the libraries below it raise over files that are broken or malicious (forbidden entities are a
# ValueError).
DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    SyntaxError,  # of XML, with whichever parser is installed
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def read_xlsx(name: str, content: bytes, limits: Limits, wanted: str | None = None) -> Table:
    """The wanted sheet, else the one with the columns of pairs. A formula counts as the value that was last calculated;
    a cell merged over several rows stands in each of them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            limits.check_expanded(name, sum(entry.file_size for entry in archive.infolist()))
        books = [open_workbook(content, data_only=only) for only in (True, False)]
        sheet, sheets, remarks = choose(name, sheets_of(books[0]), wanted)
        values, written = (book[sheet] for book in books)
        merged, hidden = _merged_and_hidden(written)
    except DAMAGED as error:
        raise damaged(name, "Excel") from error
    if hidden:
        remarks = (
            *remarks,
            _("Hidden rows of the sheet, which are read like the others: {number}.").format(number=f"{hidden:,}"),
        )
    return Table("xlsx", _rows(name, values, written, merged, limits), sheet=sheet, sheets=sheets, remarks=remarks)


def _rows(
    name: str, values: Any, written: Any, merged: Mapping[int, Sequence[tuple[int, int]]], limits: Limits
) -> Iterator[TableRow]:
    for sheet in (values, written):
        sheet.reset_dimensions()  # what the file claims about its size need not be true
    lasting: dict[int, tuple[int, Any]] = {}
    try:
        for line, (row, formulas) in enumerate(zip(values.iter_rows(), written.iter_rows(), strict=True), 1):
            if line > MOST_ROWS:
                raise damaged(name, "Excel")
            cells = [cell_value(cell.value) for cell in row]
            lasting = {column: (last, value) for column, (last, value) in lasting.items() if line <= last}
            for column, (_last, value) in lasting.items():
                cells += [None] * (column - len(cells))
                cells[column - 1] = value
            lasting |= {
                column: (last, cells[column - 1]) for column, last in merged.get(line, ()) if column <= len(cells)
            }
            while cells and cells[-1] is None:
                cells.pop()
            limits.check_columns(name, len(cells))
            yield TableRow(line, cells, next(filter(None, map(_fault, formulas, row)), ""))
    except DAMAGED as error:
        raise damaged(name, "Excel") from error


def _merged_and_hidden(sheet: Any) -> tuple[dict[int, list[tuple[int, int]]], int]:
    """By first row, the merged ranges of more than one row: their first column and last row. And how many rows with
    cells are hidden.
    """
    hidden = 0
    found: dict[int, list[tuple[int, int]]] = {}
    with sheet._get_source() as source:  # openpyxl leaves both out where it streams
        for _event, element in iterparse(source):
            if element.tag.endswith("}mergeCell"):
                column, first, _last_column, last = range_boundaries(element.get("ref"))
                if last > first:
                    found.setdefault(first, []).append((column, last))
            elif element.tag.endswith("}row"):
                hidden += element.get("hidden") in ("1", "true") and len(element) > 0
                element.clear()
    return found, hidden


def _fault(written: Any, value: Any) -> str:
    if written.data_type == "f" and value.value is None:
        return _(
            "{cell} is a formula that has not been calculated. Open the file in a spreadsheet and save it."
        ).format(cell=written.coordinate)
    if value.data_type == "e":
        return _("{cell} holds the error {error}.").format(cell=value.coordinate, error=value.value)
    return ""
