"""The units of a translator's file: what they are called, and which have no translation."""

from collections.abc import Iterable, Sequence

from mhattn_core.locale import _
from mhattn_core.text.reading.records import TableRow


def ids_of(given: Sequence[str]) -> list[str]:
    """Those that the file gives, if each unit has one of its own; else their numbers, from 1."""
    are_distinct = all(given) and len({*given}) == len(given)
    return list(given) if are_distinct else [str(number) for number in range(1, len(given) + 1)]


def of_untranslated(rows: Iterable[TableRow]) -> tuple[str, ...]:
    """What to say of those without one. rows: id, source, target."""
    number = sum(not row.fault and bool(row.cells[1]) and not row.cells[2] for row in rows)
    says = _("Units without a translation, each read as a sentence alone: {number}.")
    return (says.format(number=f"{number:,}"),) if number else ()
