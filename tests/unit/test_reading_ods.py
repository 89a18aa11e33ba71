"""OpenDocument spreadsheets, written cell by cell."""

import pytest

from mhattn_core import Problem
from mhattn_core.text.reading import Limits, Upload, read_pairs
from mhattn_core.text.reading.moses import pack

NAMES = ("office", "table", "text", "calcext")
SPACES = " ".join(f'xmlns:{name}="urn:test:{name}:1.0"' for name in NAMES)


def cell(text: str = "", more: str = "") -> str:
    return f"<table:table-cell {more}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def book(**sheets: str) -> bytes:
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    return pack({"content.xml": f"<office:document {SPACES}>{tables}</office:document>".encode()})


def read(content: bytes, **options: object) -> Upload:
    return read_pairs(("x.ods", content), **options)  # type: ignore[arg-type]


def texts(upload: Upload) -> list[tuple[int, str, str]]:
    return [(record.line, record.pair.source, record.pair.target) for record in upload.pairs]


HEAD = row(cell("source"), cell("target"))
ENDLESS = row(cell(more='table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1000000"')


def test_cells_are_repeated_merged_and_spaced_as_the_format_says() -> None:
    rows = (
        HEAD,
        row(cell("one<text:s text:c='2'/>two<text:span>!</text:span>"), cell("x", 'table:number-rows-spanned="2"')),
        row(cell("second"), "<table:covered-table-cell/>"),
        row(cell(more='table:number-columns-repeated="2"'), more='table:number-rows-repeated="3"'),
        row(cell("same", 'table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"'),
        ENDLESS,
    )
    assert texts(read(book(Sheet="".join(rows)))) == [
        (2, "one  two!", "x"),
        (3, "second", "x"),
        (7, "same", "same"),
        (8, "same", "same"),
    ]


def test_numbers_errors_and_comments() -> None:
    number = cell("1,234.00", 'office:value-type="float" office:value="1234"')
    error = cell("#N/A", 'office:value-type="string" calcext:value-type="error"')
    note = "<table:table-cell><office:annotation><text:p>a comment</text:p></office:annotation><text:p>yes</text:p></table:table-cell>"
    upload = read(book(Sheet=HEAD + row(cell("a"), number) + row(cell("b"), error) + row(note, cell("c"))))
    assert texts(upload) == [(2, "a", "1234"), (4, "yes", "c")]
    assert "#N/A" in upload.bad["reason"].tolist()[0]


def test_the_sheet_with_the_pairs_is_read_or_the_one_that_is_asked_for() -> None:
    content = book(Notes=row(cell("about"), cell("this")), Pairs=HEAD + row(cell("a"), cell("b")))
    upload = read(content)
    assert (upload.sheet, upload.sheets, texts(upload)) == ("Pairs", ("Notes", "Pairs"), [(2, "a", "b")])
    assert "“Notes”" in upload.remarks[0]
    assert read(content, sheet="Notes").sheet == "Notes"


def test_what_claims_to_be_endless_is_refused() -> None:
    wide = row(cell("a", 'table:number-columns-repeated="1000000000"'))
    with pytest.raises(Problem, match="columns"):
        read(book(Sheet=wide))
    long = row(cell("a"), more='table:number-rows-repeated="1000000000"')
    with pytest.raises(Problem, match="rows"):
        read(book(Sheet=HEAD + long), limits=Limits(rows=100))


@pytest.mark.parametrize("content", [b"PK\x03\x04", pack({"other.xml": b"<a/>"}), pack({"content.xml": b"<a>"})])
def test_damaged(content: bytes) -> None:
    with pytest.raises(Problem, match="damaged"):
        read(content)
