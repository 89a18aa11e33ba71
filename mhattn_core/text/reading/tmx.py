"""Translation memories: TMX."""

from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Table, TableRow
from mhattn_core.text.reading.units import ids_of
from mhattn_core.text.reading.xml_rows import Rows, decode_xml, rows_of

ANY = "*all*"


def read_tmx(name: str, content: bytes, limits: Limits) -> Table:
    """A row for each translation unit, a column for each language, that of the source first; of several variants in
    one language the first.
    """
    text, encoding = decode_xml(name, content)
    units = _TmxUnits()
    rows = list(limits.within(name, rows_of(name, units, text)))
    languages = {language: None for row in rows if not row.fault for language in row.cells[0]["languages"]}
    found = sorted(languages, key=lambda language: language.casefold() != units.source.casefold())  # stable
    names = ("id", *found)
    ids = iter(ids_of([row.cells[0]["id"] for row in rows if not row.fault]))
    cells = [
        row if row.fault else row._replace(cells=[next(ids), *map(row.cells[0]["languages"].get, found)])
        for row in rows
    ]
    # Of more languages, the choice is one to be told of.
    fields = dict(zip(("source", "target"), found, strict=False)) if len(found) <= 2 else {}
    return Table("tmx", cells, names, encoding, fields=fields)


class _TmxUnits(Rows):
    """Its rows have one cell: the unit's id, and its segments by language."""

    native = frozenset(("bpt", "ept", "it", "ph", "ut"))

    def __init__(self) -> None:
        super().__init__()
        self.source = ""
        self.id = self.language = ""
        self.began = 0
        self.segments: dict[str, str] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "header":
            language = attributes.get("srclang", "")
            self.source = "" if language == ANY else language
        elif name == "tu":
            self.id, self.began, self.segments = attributes.get("tuid", ""), self.line, {}
        elif name == "tuv":
            self.language = attributes.get("lang", "")
        elif name == "seg":
            self.read()

    def end(self, name: str) -> None:
        if name == "seg":
            self.segments.setdefault(self.language, self.taken())
        elif name == "tu":
            self.ready.append(TableRow(self.began, [{"id": self.id, "languages": self.segments}]))
