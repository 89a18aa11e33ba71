"""Rows of an XML file as it is parsed, with the lines on which they begin."""

import re
from collections.abc import Iterator
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.decode import decode
from mhattn_core.text.reading.records import TableRow

CHUNK = 2**16
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
DECLARED_WITHIN = 200


class Rows(ContentHandler):
    """Gathers rows in ``ready``, in the order in which they end. ``text`` holds what is read while ``reading`` is true
    and no element of ``native`` is open: these hold the formatting codes of some program, and no words.
    """

    native: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.ready: list[TableRow] = []
        self.text: list[str] = []
        self.reading = False
        self.within_native = 0
        self.parser = make_parser()
        # A format's own DTD may be named: it is not fetched, and entities, which could fetch, are refused as they are
        # declared.
        self.parser.forbid_external = False
        self.parser.setContentHandler(self)

    @property
    def line(self) -> int:
        return int(self.parser.getLineNumber() or 1)

    def startElement(self, name: str, attrs: object) -> None:
        if (local := _local(name)) in self.native:
            self.within_native += 1
        self.begin(local, {_local(key): value for key, value in attrs.items()})  # type: ignore[attr-defined]

    def endElement(self, name: str) -> None:
        if (local := _local(name)) in self.native:
            self.within_native -= 1
        self.end(local)

    def characters(self, content: str) -> None:
        if self.reading and not self.within_native:
            self.text.append(content)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def read(self) -> None:
        self.reading, self.text = True, []

    def taken(self) -> str:
        """What was read, its line breaks and indentation as single spaces."""
        self.reading = False
        return " ".join("".join(self.text).split())


def decode_xml(name: str, content: bytes) -> tuple[str, str]:
    """The text and its encoding: the one that it declares, unless this is wrong. Raises Problem as ``decode``."""
    if declared := DECLARED.search(content[:DECLARED_WITHIN]):
        encoding = declared[1].decode().lower()
        try:
            return content.decode(encoding).removeprefix("\ufeff"), encoding
        except (UnicodeError, LookupError):
            pass
    return decode(name, content)


def rows_of(name: str, handler: Rows, text: str) -> Iterator[TableRow]:
    """The rows that a handler finds; where the XML is broken, what is wrong, and no more.

    Raises Problem where the file declares entities, which can fetch other files or grow without end.
    """
    parser = handler.parser
    try:
        for start in range(0, len(text), CHUNK):
            # Fed as characters: the parser then takes no notice of the encoding that the file declares.
            parser.feed(text[start : start + CHUNK])
            yield from handler.ready
            handler.ready.clear()
        parser.close()
    except SAXParseException as error:
        reason = _("From here on it is not XML: {error}.").format(error=error.getMessage())
        yield from handler.ready
        yield TableRow(error.getLineNumber() or 1, [], reason)
    except (DefusedXmlException, ValueError) as error:
        raise Problem(
            _("“{name}” declares entities or is not XML that can be read safely.").format(name=name),
            _("Save it again with the program that made it, without a DTD of its own."),
        ) from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]
