"""What translators work in: XLIFF 1.2 and 2."""

from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.units import ids_of, of_untranslated
from mhattn_core.text.reading.xml_rows import Rows, decode_xml, rows_of

NAMES = ("id", "source", "target", "document")
UNITS = ("trans-unit", "unit")
SEGMENTS = ("trans-unit", "segment")
"""What holds one source and one target: a unit of version 1.2, a segment in a unit of version 2."""
ASIDE = ("alt-trans", "matches", "glossary", "notes")
"""Elements of a unit with sources and targets of others."""


def read_xliff(name: str, content: bytes, limits: Limits) -> Table:
    """A row for each unit of version 1.2 or segment of version 2, with its file as the document; one without a target
    is a sentence alone.
    """
    text, encoding = decode_xml(name, content)
    units = _XliffUnits()
    rows = list(limits.within(name, rows_of(name, units, text)))
    prefixed = units.files > 1  # units are numbered anew in each
    ids = iter(
        ids_of([f"{row.cells[3]}/{row.cells[0]}" if prefixed else row.cells[0] for row in rows if not row.fault])
    )
    rows = [row if row.fault else row._replace(cells=[next(ids), *row.cells[1:]]) for row in rows]
    return Table("xliff", rows, NAMES, encoding, remarks=of_untranslated(rows))


class _XliffUnits(Rows):
    native = frozenset(("bpt", "ept", "it", "ph"))

    def __init__(self) -> None:
        super().__init__()
        self.files = self.began = self.segments = self.aside = 0
        self.file = self.unit = ""
        self.texts: dict[str, str] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "file":
            self.files += 1
            self.file = attributes.get("original") or attributes.get("id", "")
        elif name in ASIDE:
            self.aside += 1
        if name in UNITS:
            self.unit, self.segments = attributes.get("id", ""), 0
        if name in SEGMENTS:
            self.texts, self.began, self.segments = {}, self.line, self.segments + 1
        if name in ("source", "target") and self.texts is not None and not self.aside:
            self.read()

    def end(self, name: str) -> None:
        if name in ASIDE:
            self.aside -= 1
        elif self.texts is None or self.aside:
            return
        elif name in ("source", "target"):
            self.texts[name] = self.taken()
        elif name in SEGMENTS:
            id_ = f"{self.unit}/{self.segments}" if self.segments > 1 else self.unit
            self.ready.append(
                TableRow(self.began, [id_, self.texts.get("source"), self.texts.get("target"), self.file])
            )
            self.texts = None
