"""Text with a separator between cells: .csv, .tsv, .txt, and what a spreadsheet copies."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from mhattn_core.locale import _
from mhattn_core.text.reading.columns import HEADER_WITHIN
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.header import is_header
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.wordings import SUMMARY

SEPARATORS = (",", "\t", ";", "|")
BARS = "|||"
SEPARATOR_TOLD = re.compile(r"sep=([,;|\t])")  # as Excel reads it on a first line
LOOKED_AT = 50
LONGEST_CELL = 200
"""Lines after which a quotation mark that has not closed is taken for a slip."""
LONGEST_DOCUMENT = 5000
"""The same where cells hold whole documents."""


def read_csv(name: str, content: bytes) -> Table:
    text, encoding = decode(name, content)
    found = lines(text)
    if told := SEPARATOR_TOLD.fullmatch(found[0]):
        separator, found[0] = told[1], ""
    else:
        separator = _sniff(found)
    return Table("csv", _rows(found, separator), encoding=encoding, separator=separator)


def read_tsv(name: str, content: bytes) -> Table:
    text, encoding = decode(name, content)
    return Table("tsv", _rows(lines(text), "\t"), encoding=encoding, separator="\t")


def read_txt(name: str, content: bytes) -> Table:
    """One pair a line with ``|||`` or a tab between its sentences, or, if most lines have neither, one sentence a
    line.
    """
    text, encoding = decode(name, content)
    found = lines(text)
    filled = [line for line in found if line.strip()]
    separator = next((sign for sign in (BARS, "\t") if sum(sign in line for line in filled) * 2 > len(filled)), "")
    rows = (
        TableRow(number, [cell.strip() for cell in line.split(separator)] if separator else [line])
        for number, line in enumerate(found, 1)
    )
    return Table("txt", _even(rows), encoding=encoding, separator=separator)


def _sniff(found: Sequence[str]) -> str:
    """The separator with which a row of names appears, else the one that gives most rows the same number of cells, more
    than one.
    """
    scores = {}
    for separator in SEPARATORS:
        rows = [row.cells for row in islice(_records(found, separator), LOOKED_AT) if any(row.cells)]
        widths = Counter(map(len, rows))
        wide = max((count for width, count in widths.items() if width > 1), default=0)
        scores[separator] = (bool(rows) and len(rows[0]) > 1 and is_header(rows[0]), wide)
    best = max(SEPARATORS, key=scores.__getitem__)
    return best if any(scores[best]) else ","


def _rows(found: Sequence[str], separator: str) -> Iterator[TableRow]:
    return _even(_records(found, separator))


def _even(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The same rows, those with another number of cells than most of the first ones marked as faulty."""
    first = list(islice(rows, LOOKED_AT))
    widths = Counter(len(row.cells) for row in first if any(row.cells))
    usual = next(
        (len(row.cells) for row in first[:HEADER_WITHIN] if is_header(row.cells)),
        widths.most_common(1)[0][0] if widths else 0,
    )

    def fitted(row: TableRow) -> TableRow:
        while len(row.cells) > usual and not row.cells[-1]:
            row.cells.pop()
        if row.fault or not any(row.cells) or len(row.cells) == usual:
            return row
        fault = _(
            "Cells in this row: {number}, in the others: {usual}. A cell that holds the separator needs quotation "
            "marks."
        )
        return row._replace(fault=fault.format(number=len(row.cells), usual=usual))

    yield from map(fitted, first)
    yield from map(fitted, rows)


def _records(found: Sequence[str], separator: str) -> Iterator[TableRow]:
    """The rows with the lines on which they begin. Quotation marks keep separators, line ends and doubled marks inside
    a cell.
    """
    start, longest = 0, LONGEST_DOCUMENT if found and SUMMARY in found[0].casefold() else LONGEST_CELL
    while start < len(found):
        cells, length, fault = _record(found, start, separator, longest)
        yield TableRow(start + 1, cells, fault)
        start += length


def _record(found: Sequence[str], start: int, separator: str, longest: int) -> tuple[list[str], int, str]:
    """Cells of the row that begins at ``start``, how many lines it takes, and what is wrong with it."""
    line = found[start]
    literal = line.split(separator)
    if not any(cell.startswith('"') for cell in literal):
        return literal, 1, ""
    # A stray CR is white space; csv would take it for the end of the row.
    lines_from_here = (
        found[place].replace("\r", " ") + "\n" for place in range(start, min(start + longest, len(found)))
    )
    reader = csv.reader(lines_from_here, delimiter=separator, strict=True)
    with suppress(csv.Error):
        return next(reader), reader.line_num, ""
    if separator == "\t":
        return literal, 1, ""  # corpora with tabs mostly know no quoting: the mark is a part of the sentence
    return (
        literal,
        1,
        _("A quotation mark opens a cell and does not close it. Inside a quoted cell, write the mark twice."),
    )
