"""Which column of a table holds what."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.text.reading.header import is_header, is_promised, looks_like_names
from mhattn_core.text.reading.records import Columns, TableRow
from mhattn_core.text.reading.wordings import NAMES, SUMMARY, candidates_for, fields_of, language_of, plain, word_of

FIELDS = tuple(NAMES)
SIDES = ("source", "target")
HEADER_WITHIN = 5
"""A row of names may stand below a title, but not far below."""


class ColumnLayout(NamedTuple):
    """The columns, the rows above those of the table (a title), the rows of the table, and what to say of it."""

    columns: Columns
    above: Sequence[TableRow]
    rows: Sequence[TableRow]
    remarks: tuple[str, ...] = ()


def find_columns(
    rows: Sequence[TableRow],
    names: Sequence[str] | None,
    wanted: Mapping[str, str] | None,
    header: bool | None = None,
    *,
    may_have_names: bool = True,
) -> ColumnLayout:
    """Find the names of the columns, unless they are given, and the field that each column holds.

    ``wanted`` says for fields which column they stand in, by name or by place (``#2``), or nowhere (an empty name); the
    other fields are looked for by their names. ``header`` says whether there is a row of names, where it is known, and
    ``may_have_names`` whether a first row that merely looks like names is worth a remark.
    Raises ValueError at an unknown field, Problem at a name that the file does not have.
    """
    wanted = dict(wanted or {})
    if unknown := wanted.keys() - NAMES.keys():
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    above: Sequence[TableRow] = ()
    remarks: list[str] = []
    has_names, in_doubt = True, False
    if names is None:
        place = _place_of_header(rows, [name for name in wanted.values() if name], header)
        has_names = place is not None
        in_doubt = header is None and not wanted and may_have_names and _is_in_doubt(rows, place)
        if in_doubt:
            remarks.append(_of_first_row(rows[place or 0], has_names=has_names))
        if place is None:
            names = [
                f"#{number}"
                for number in range(1, max((len(row.cells) for row in rows if not row.fault), default=0) + 1)
            ]
        else:
            names = _named(rows[place])
            above, rows = rows[:place], rows[place + 1 :]
    used = _used(names, wanted, has_names=has_names, told=bool(header))
    for name in used.values():
        if name not in names:
            raise Problem(
                _("There is no column “{name}”.").format(name=name),
                _("The columns are: {names}.").format(names=listed(names)),
            )
    if has_names:
        remarks += _of_rivals(names, used, wanted)
    return ColumnLayout(Columns(tuple(names), used, has_names, in_doubt), above, rows, tuple(remarks))


def holds_summaries(used: Mapping[str, str]) -> bool:
    """Whether second texts are summaries of the first, by the name of their column. used: as of ``Columns``."""
    return plain(used.get("target")) == SUMMARY


def _place_of_header(rows: Sequence[TableRow], wanted: Sequence[str], header: bool | None) -> int | None:
    if header is False or (wanted and not header and all(name.startswith("#") for name in wanted)):
        return None
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        if set(wanted) <= set(_named(row)) if wanted else _is_header_at(rows, place):
            return place
    return 0 if rows and (wanted or header) else None


def _is_header_at(rows: Sequence[TableRow], place: int) -> bool:
    """Whether names stand there. Those that are not promised could be a pair of a word list, unless a title above has
    fewer cells.
    """
    cells = rows[place].cells
    if not is_header(cells):
        return False
    return is_promised(cells) or all(_filled(row) < _filled(rows[place]) for row in rows[:place])


def _is_in_doubt(rows: Sequence[TableRow], place: int | None) -> bool:
    """Names that are not promised above rows that are as short; or a pair that is unlike all others."""
    if place is None:
        return looks_like_names(rows)
    return not is_promised(rows[place].cells) and not looks_like_names(rows[place:])


def _of_first_row(row: TableRow, *, has_names: bool) -> str:
    cells = listed(f"“{str(cell).strip()[:40]}”" for cell in row.cells if str(cell or "").strip())
    if has_names:
        return _("The first row ({cells}) is read as the names of the columns; it may be a pair.").format(cells=cells)
    return _(
        "The first row ({cells}) looks unlike the others: it is read as one of them, but may hold the names of the "
        "columns."
    ).format(cells=cells)


def _used(names: Sequence[str], wanted: Mapping[str, str], *, has_names: bool, told: bool) -> dict[str, str]:
    used = _by_name(names) if has_names else {}
    if not wanted and (not has_names or (told and not any(map(word_of, names)))):
        used = _by_place(names) or used
    used = {field: name for field, name in used.items() if field not in wanted and name not in wanted.values()}
    return used | {field: name for field, name in wanted.items() if name}


def _by_name(names: Sequence[str]) -> dict[str, str]:
    used = fields_of(names)
    if "source" not in used and "document" in used and holds_summaries(used):
        used["source"] = used.pop("document")  # beside a summary it is the text itself, and no name of one
    return used


def _by_place(names: Sequence[str]) -> dict[str, str]:
    return dict(zip(SIDES, names, strict=False)) if len(names) <= 2 else {}


def _of_rivals(names: Sequence[str], used: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """What to say where several columns could hold the first or the second sentence."""
    says = {
        "source": _("First sentences could stand in {names}; they are read from “{name}”."),
        "target": _("Second sentences could stand in {names}; they are read from “{name}”."),
    }
    remarks = []
    for field, say in says.items():
        taken = {name for other, name in used.items() if other != field}
        rivals = [name for name in candidates_for(field, names) if name not in taken]
        if field in used and field not in wanted and len(rivals) > 1:
            remarks.append(say.format(names=listed(f"“{name}”" for name in rivals), name=used[field]))
    languages = [name for name in names if language_of(name)]
    if len(languages) > len(SIDES) and not wanted and all(used.get(side) in languages for side in SIDES):
        of_languages = _("Sentences stand in {number} languages; “{source}” and “{target}” are read.")
        remarks.append(of_languages.format(number=len(languages), **{side: used[side] for side in SIDES}))
    return remarks


def _filled(row: TableRow) -> int:
    return sum(bool(str(cell or "").strip()) for cell in row.cells)


def _named(row: TableRow) -> list[str]:
    """The names in a row, empty and repeated ones with their place."""
    names = [str(cell or "").strip().strip("\ufeff") for cell in row.cells]
    return [name if name and name not in names[:place] else f"{name}#{place + 1}" for place, name in enumerate(names)]
