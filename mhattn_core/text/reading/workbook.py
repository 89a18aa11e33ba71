"""Which sheet of a workbook holds the pairs."""

import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.text.reading.columns import HEADER_WITHIN
from mhattn_core.text.reading.header import is_header
from mhattn_core.text.reading.wordings import fields_of

LOOKED_AT = 50


class Sheet(NamedTuple):
    """A sheet that can be read. ``promise``: 2 if its columns name both sentences, 1 if one, 0 if none."""

    name: str
    visible: bool
    filled: bool
    promise: int


class _CellsOnly(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """Passes over chart sheets, which have no cells, and over one of which openpyxl stumbles where it is empty."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        pass


def open_workbook(content: bytes, *, data_only: bool) -> Any:
    """The workbook to be streamed, as openpyxl's ``load_workbook`` gives it, with formulas or the values that were last
    calculated.
    """
    reader = _CellsOnly(io.BytesIO(content), read_only=True, data_only=data_only)
    reader.read()
    return reader.wb


def choose(name: str, sheets: Sequence[Sheet], wanted: str | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The name of the sheet to read, of all that can be, and what to say where others are left unread.

    The one whose columns name the sentences, visible before hidden, the first of several. A chart sheet has no cells
    and does not count. Raises Problem where there is no sheet, or none called so.
    """
    names = tuple(sheet.name for sheet in sheets)
    if not sheets:
        raise Problem(
            _("“{name}” has no sheet with cells.").format(name=name), _("Put the pairs into a sheet of their own.")
        )
    if wanted is not None:
        if wanted not in names:
            raise Problem(
                _("“{name}” has no sheet “{sheet}”.").format(name=name, sheet=wanted),
                _("Its sheets are: {names}.").format(names=listed(names)),
            )
        return wanted, names, ()
    best = max(sheets, key=lambda sheet: (sheet.promise, sheet.visible, sheet.filled))
    return best.name, names, _remarks(best, [sheet for sheet in sheets if sheet.filled and sheet != best])


def cell_value(value: Any) -> Any:
    """A cell's value, its text without the escapes of the format (``_x000D_`` is a carriage return)."""
    return unescape(value) if isinstance(value, str) else value


def sheets_of(book: Any) -> list[Sheet]:
    """book: of openpyxl, opened to be read."""
    sheets = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = ([cell_value(cell.value) for cell in row] for row in sheet.iter_rows(max_row=LOOKED_AT))
        sheets.append(sheet_of(sheet.title, sheet.sheet_state == "visible", rows))
    return sheets


def sheet_of(title: str, visible: bool, rows: Iterable[Sequence[Any]]) -> Sheet:
    """What the first of its rows promise."""
    filled = list(islice((row for row in rows if any(value is not None for value in row)), HEADER_WITHIN))
    promise = max(
        (
            len(fields_of(list(map(str, filter(None, row)))).keys() & {"source", "target"})
            for row in filled
            if is_header(row)
        ),
        default=0,
    )
    return Sheet(title, visible, bool(filled), promise)


def _remarks(best: Sheet, others: Sequence[Sheet]) -> tuple[str, ...]:
    remarks = []
    if others:
        says = _("The sheet “{sheet}” is read; these are not: {others}.")
        remarks.append(says.format(sheet=best.name, others=listed(f"“{other.name}”" for other in others)))
    if not best.visible:
        remarks.append(_("The sheet “{sheet}”, which is read, is hidden.").format(sheet=best.name))
    return tuple(remarks)
