"""Catalogues of gettext: PO."""

from collections.abc import Iterator
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser

from mhattn_core.locale import _
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.units import of_untranslated

NAMES = ("id", "source", "target", "context")
MOST_PLURALS = 6


def read_po(name: str, content: bytes, limits: Limits) -> Table:
    """A row for each message and its translation, of plurals the first form; one without a translation is a sentence
    alone. Fuzzy entries, which nobody has confirmed, are left out; obsolete ones are passed over.
    """
    text, encoding = decode(name, content)
    rows = list(limits.within(name, _rows(lines(text))))
    return Table("po", rows, NAMES, encoding, remarks=of_untranslated(rows))


class _Messages(Catalog):  # type: ignore[misc]  # babel has no types
    """Takes messages in as they are read, equal ones too, and believes nothing of the header."""

    num_plurals = MOST_PLURALS

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Message] = []

    def __setitem__(self, id: Any, message: Message) -> None:
        self.read.append(message)


def _rows(found: list[str]) -> Iterator[TableRow]:
    messages = _Messages()
    parser = PoFileParser(messages, ignore_obsolete=True, abort_invalid=True)
    fault: TableRow | None = None
    try:
        parser.parse(found)
    except PoFileError as error:
        fault = _broken(error.lineno + 1, str(error).removesuffix(f" on {error.lineno}"))
    except (ValueError, IndexError, AttributeError) as error:  # it trusts that strings stand where they should
        fault = _broken(parser.offset + 1, type(error).__name__)
    yield from (_row(message) for message in messages.read if message.id)
    if fault:
        yield fault


def _row(message: Message) -> TableRow:
    source, target = (_first(value) for value in (message.id, message.string))
    if message.fuzzy:
        return TableRow(message.lineno, [], _("It is marked as fuzzy: nobody has confirmed this translation."))
    return TableRow(message.lineno, ["", source, target, message.context])


def _broken(line: int, why: str) -> TableRow:
    return TableRow(line, [], _("From here on it is not PO: {error}.").format(error=why[:200]))


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list | tuple) else value or "")
