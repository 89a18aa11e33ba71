"""From the rows of a table to pairs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.marks import read_marks
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check, parse, seem_counted_from_1
from mhattn_core.text.reading.columns import find_columns, holds_summaries
from mhattn_core.text.reading.decode import check_characters
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.links import counted_from_1
from mhattn_core.text.reading.records import Bad, PairRecord, Table, TableRow, Upload, bad_rows
from mhattn_core.text.reading.spaced import joined

HEAD = 5
WORDS = ("source_words", "target_words")


def assemble(
    name: str,
    table: Table,
    wanted: Mapping[str, str] | None,
    limits: Limits,
    *,
    header: bool | None = None,
    base: Literal[0, 1] = 0,
) -> Upload:
    """Read the table's rows as pairs. Empty rows are passed over; what cannot be read is kept with its reason."""
    filled = (row for row in table.rows if row.fault or any(_is_filled(cell) for cell in row.cells))
    all_rows = list(limits.within(name, filled))
    limits.check_columns(name, max((len(row.cells) for row in all_rows), default=0))
    is_prose = table.format == "txt" and not table.separator  # its first line may be a title
    columns, above, rows, remarks = find_columns(
        all_rows, table.names, {**table.fields, **(wanted or {})}, header, may_have_names=not is_prose
    )
    if len(rows) > limits.rows:
        raise limits.exceeded(_("“{name}” has more than {number} rows.").format(name=name, number=f"{limits.rows:,}"))
    reader = _Reader({}, limits, base, [(row.line, _("It stands above the names of the columns.")) for row in above])
    if "source" in columns.used:
        reader.places = {field: columns.found.index(column) for field, column in columns.used.items()}
        if holds_summaries(columns.used):
            reader.limits = replace(limits, characters=limits.document)
        pairs = list(reader.pairs(rows))
    else:
        pairs = []
        reader.bad += [(row.line, row.fault) for row in rows if row.fault]
    outside = len(reader.links) > sum(record.alignment is not None for record in pairs)
    if base == 0 and seem_counted_from_1(reader.links, any_outside=outside):
        remarks = (*remarks, counted_from_1())
    return Upload(
        name,
        table.format,
        pairs,
        bad_rows(reader.bad),
        columns,
        table.encoding,
        table.separator,
        tuple(
            {column: str(cell or "") for column, cell in zip(columns.found, row.cells, strict=False)}
            for row in rows[:HEAD]
        ),
        (*table.remarks, *remarks),
        table.sheet,
        table.sheets,
        tuple(row.line for row in rows),
        table.origin,
    )


@dataclass
class _Reader:
    """``places`` are the columns of fields; ``bad`` takes the rows that cannot be read, ``links`` all links, also those
    that lead outside.
    """

    places: Mapping[str, int]
    limits: Limits
    base: Literal[0, 1]
    bad: list[Bad]
    links: list[Alignment] = field(default_factory=list)

    def pairs(self, rows: Sequence[TableRow]) -> Iterator[PairRecord]:
        taken: dict[str, int] = {}
        for row in rows:
            try:
                if row.fault:
                    raise Problem(row.fault, "")
                cells = {name: row.cells[place] for name, place in self.places.items() if place < len(row.cells)}
                record = self._record(cells, row.line)
                if record.id in taken:
                    raise Problem(
                        _("Its id, “{id}”, is that of line {line}.").format(id=record.id, line=taken[record.id]), ""
                    )
            except Problem as problem:
                self.bad.append((row.line, problem.happened))
            else:
                taken[record.id] = row.line
                yield record

    def _record(self, cells: Mapping[str, Any], line: int) -> PairRecord:
        words = {side: _words(side, cells.get(f"{side}_words"), cells.get(side)) for side in ("source", "target")}
        texts = {
            name: _text(name, _joined(name, cell), self.limits) for name, cell in cells.items() if name not in WORDS
        }
        if not texts.get("source"):
            raise Problem(_("It has no source text."), "")
        pair = read_marks(SentencePair(texts["source"], texts.get("target", ""), words["source"], words["target"]))
        alignment = None
        if pair.source_words or pair.target_words or texts.get("alignment"):
            source, target = len(pair.a.words), len(pair.b.words)  # words that do not follow their text are a Problem
            if texts.get("alignment"):
                alignment = parse(texts["alignment"], base=self.base)
                self.links.append(alignment)
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
    check_characters(text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Problem(_("Its “{field}” holds a broken character.").format(field=field), "") from error
    return text


def _words(field: str, cell: Any, text: Any) -> tuple[str, ...]:
    """The words as given: in a column of their own, or where the text itself is a list of them."""
    if not _is_filled(cell) and isinstance(text, list | tuple):
        cell = text
    words = tuple(cell) if isinstance(cell, list | tuple) else tuple(str(cell).split()) if _is_filled(cell) else ()
    if not all(isinstance(word, str | int | float) for word in words):
        raise Problem(_("Its “{field}” is not text.").format(field=field), "")
    for word in words:
        check_characters(str(word))
    return tuple(map(str, words))


def _joined(field: str, cell: Any) -> Any:
    """A list as the text that it stands for: words of a sentence, or links ``"0-0"`` or ``[0, 0]``. Anything else as it
    is.
    """
    if not isinstance(cell, list | tuple):
        return cell
    if field in ("source", "target"):
        return joined(map(str, cell))
    if field == "alignment":
        return " ".join("-".join(map(str, link)) if isinstance(link, list | tuple) else str(link) for link in cell)
    raise Problem(_("Its “{field}” is not text.").format(field=field), "")


def _is_filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell)) and bool(str(cell).strip())
