"""Which column of a table holds what."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.records import Columns, Row

SUMMARY = "summary"
NAMES = {
    "source": ("source", "sentence1", "text_a", "premise", "sentence", "text"),
    "target": ("target", "sentence2", "text_b", "hypothesis", SUMMARY),
    **{name: (name,) for name in ("id", "document", "group", "label", "alignment", "source_words", "target_words")},
}
FIELDS = tuple(NAMES)
FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
HEADER_WITHIN = 5
"""A row of names may stand below a title, but not far below."""


def is_header(cells: Sequence[Any]) -> bool:
    """Whether a row holds names of columns: one of ours; two if there are just two cells, since sentences may be as short."""
    fields = {FIELD_OF.get(_plain(cell)) for cell in cells} - {None}
    filled = sum(bool(str(cell or "").strip()) for cell in cells)
    return "source" in fields if filled == 1 else len(fields) >= (2 if filled == 2 else 1)


def find_columns(
    rows: Sequence[Row], names: Sequence[str] | None, wanted: Mapping[str, str] | None, header: bool | None = None
) -> tuple[Columns, Sequence[Row], Sequence[Row]]:
    """The columns, the rows above those of the table (a title), and the rows of the table.

    ``wanted`` says for fields which column they stand in, by name or by place (``#2``), or nowhere (an empty name); the other
    fields are looked for by their names. ``header`` says whether there is a row of names, where it is known.
    Raises ValueError at an unknown field, Problem at a name that the file does not have.
    """
    wanted = dict(wanted or {})
    if unknown := wanted.keys() - NAMES.keys():
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    above: Sequence[Row] = ()
    if names is None:
        place = _place_of_header(rows, [name for name in wanted.values() if name], header)
        header = place is not None
        if place is None:
            names = [f"#{number}" for number in range(1, max((len(row.cells) for row in rows if not row.fault), default=0) + 1)]
        else:
            names = _named(rows[place])
            above, rows = rows[:place], rows[place + 1 :]
    else:
        header = True
    used = _by_name(names) if header else _by_place(names) if not wanted else {}
    used = {field: name for field, name in used.items() if field not in wanted and name not in wanted.values()}
    used |= {field: name for field, name in wanted.items() if name}
    for name in used.values():
        if name not in names:
            raise Problem(
                _("There is no column “{name}”.").format(name=name),
                _("The columns are: {names}.").format(names=", ".join(names)),
            )
    return Columns(tuple(names), used, header), above, rows


def holds_summaries(used: Mapping[str, str]) -> bool:
    """Whether second texts are summaries of the first, by the name of their column. used: as of ``Columns``."""
    return _plain(used.get("target")) == SUMMARY


def _place_of_header(rows: Sequence[Row], wanted: Sequence[str], header: bool | None) -> int | None:
    if header is False or (wanted and not header and all(name.startswith("#") for name in wanted)):
        return None
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        if set(wanted) <= set(_named(row)) if wanted else is_header(row.cells):
            return place
    return 0 if rows and (wanted or header) else None


def _by_name(names: Sequence[str]) -> dict[str, str]:
    """For each field the column whose name is the first in our list of its names."""
    plain = {_plain(name): name for name in reversed(names)}
    used = {field: next(plain[name] for name in ours if name in plain) for field, ours in NAMES.items() if plain.keys() & set(ours)}
    if "source" not in used and "document" in used and holds_summaries(used):
        used["source"] = used.pop("document")  # beside a summary it is the text itself, and no name of one
    return used


def _by_place(names: Sequence[str]) -> dict[str, str]:
    return dict(zip(("source", "target"), names, strict=False)) if len(names) <= 2 else {}


def _plain(name: Any) -> str:
    return re.sub(r"[\s-]+", "_", str(name or "").strip().casefold())


def _named(row: Row) -> list[str]:
    """The names in a row, empty and repeated ones with their place."""
    names = [str(cell or "").strip() for cell in row.cells]
    return [name if name and name not in names[:place] else f"{name}#{place + 1}" for place, name in enumerate(names)]
