"""Reading uploads: workbooks and Parquet files, honest and malicious."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mhattn_core import Problem
from mhattn_core.text.reading import HOSTED, Limits, Upload, read_pairs, samples


def test_lists_in_json_are_rows_without_names() -> None:
    upload = read_pairs(("x.json", b'[["a", "b"],\n ["c"],\n 7]'))
    assert [(record.pair.source, record.pair.target) for record in upload.pairs] == [("a", "b"), ("c", "")]
    assert upload.bad["line"].tolist() == [3]
    assert "JSON object" in upload.bad["reason"].tolist()[0]
    named = read_pairs(("x.json", b'[["target", "source"], ["a", "b"]]'))
    assert [(record.pair.source, record.pair.target) for record in named.pairs] == [("b", "a")]


def workbook(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] = lambda _sheet: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of its ZIP changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith(part) else old.read(name))
    return file.getvalue()


def by_line(upload: Upload) -> dict[int, tuple[str, str, str]]:
    return {record.line: (record.pair.source, record.pair.target, record.document) for record in upload.pairs}


def test_a_title_merged_cells_numbers_and_gaps() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("C3:C4")
        sheet.merge_cells("A6:A7")
        sheet["B9"] = "late"
        sheet["A9"] = "Last"

    rows = [
        ["My pairs"],
        ["source", "target", "document"],
        ["Hello", "Hallo", "d1"],
        ["Bye", "Tschüss"],
        [1, 2.0],
        ["same", "x"],
        [None, "y"],
    ]
    upload = read_pairs(("x.xlsx", workbook(rows, merge)))
    assert by_line(upload) == {
        3: ("Hello", "Hallo", "d1"),
        4: ("Bye", "Tschüss", "d1"),
        5: ("1", "2", ""),
        6: ("same", "x", ""),
        7: ("same", "y", ""),
        9: ("Last", "late", ""),
    }
    assert list(upload.bad["line"]) == [1]


def test_a_formula_counts_as_what_was_calculated_last() -> None:
    content = workbook([["source", "target"], ['=CONCAT("a","b")', "x"], ["=A2", "y"], ["fine", "z"]])
    assert b"<v></v>" in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").replace(
        b"<v />", b"<v></v>"
    )

    def calculate(sheet: bytes) -> bytes:
        return sheet.replace(
            b'<c r="A2"><f>CONCAT("a","b")</f><v />', b'<c r="A2" t="str"><f>CONCAT("a","b")</f><v>ab</v>'
        ).replace(b'<c r="A2"><f>CONCAT("a","b")</f><v></v>', b'<c r="A2" t="str"><f>CONCAT("a","b")</f><v>ab</v>')

    upload = read_pairs(("x.xlsx", repacked(content, "sheet1.xml", calculate)))
    assert by_line(upload) == {2: ("ab", "x", ""), 4: ("fine", "z", "")}
    assert list(upload.bad["line"]) == [3]
    assert "A3" in upload.bad["reason"][0]


def test_errors_of_the_spreadsheet_are_told() -> None:
    upload = read_pairs(("x.xlsx", workbook([["source", "target"], ["#N/A", "x"], ["a", "b"]])))
    assert list(by_line(upload)) == [3]
    assert "#N/A" in upload.bad["reason"][0]


def test_a_zip_of_zeros_is_refused_before_it_is_expanded() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _megabyte in range(30):
            part.write(bytes(1_000_000))
    assert len(file.getvalue()) < 100_000
    with pytest.raises(Problem, match="unpacked"):
        read_pairs(("zeros.xlsx", file.getvalue()), limits=HOSTED)


def test_a_zip_that_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Problem, match="damaged"):
        read_pairs(("x.xlsx", file.getvalue()))


def laughs(xml: bytes, place: bytes) -> bytes:
    """XML that would grow to ten thousand million letters, used at ``place``."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 10))
    body = xml[xml.index(b"?>") + 2 :] if xml.startswith(b"<?xml") else xml
    assert place in body
    return (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">'
        + entities
        + b"]>"
        + body.replace(place, place + b"&e9;", 1)
    )


@pytest.mark.parametrize(("part", "place"), [("sheet1.xml", b"<t>"), ("xl/workbook.xml", b'name="')])
def test_entities_are_not_expanded(part: str, place: bytes) -> None:
    with pytest.raises(Problem, match="damaged"):
        read_pairs(("x.xlsx", repacked(samples()["pairs.xlsx"], part, lambda xml: laughs(xml, place))))


def test_a_row_beyond_the_last_that_a_sheet_can_have() -> None:
    content = repacked(
        workbook([["source"], ["a"]]), "sheet1.xml", lambda xml: xml.replace(b'<row r="2"', b'<row r="2000000000"')
    )
    with pytest.raises(Problem, match="damaged"):
        read_pairs(("x.xlsx", content))


def test_formatted_empty_columns_do_not_count() -> None:
    def format_row(sheet: Any) -> None:
        sheet["ZZ2"].font = openpyxl.styles.Font(bold=True)

    assert by_line(read_pairs(("x.xlsx", workbook([["source", "target"], ["a", "b"]], format_row)))) == {
        2: ("a", "b", "")
    }
    with pytest.raises(Problem, match="columns"):
        read_pairs(("x.xlsx", workbook([["source", *range(300)]])))


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def test_parquet_values() -> None:
    frame = pd.DataFrame({"premise": ["a b", None, "c"], "hypothesis": ["x", "y", None], "label": [1.0, None, 0.5]})
    table = pa.Table.from_pandas(frame).append_column("source_words", pa.array([["a", "b"], [], ["c"]]))
    upload = read_pairs(("x.parquet", parquet(table)))
    assert [(record.line, record.pair.source, record.pair.target, record.label) for record in upload.pairs] == [
        (1, "a b", "x", "1"),
        (3, "c", "", "0.5"),
    ]
    assert upload.pairs[0].pair.source_words == ("a", "b")
    assert list(upload.bad["line"]) == [2]


def test_parquet_that_unpacks_to_too_much() -> None:
    content = parquet(pa.table({"source": ["z" * 1_000_000 + str(number) for number in range(5)]}))
    with pytest.raises(Problem, match="unpacked"):
        read_pairs(("x.parquet", content), limits=Limits(expanded=1_000_000))


def test_parquet_with_sentences_by_language() -> None:
    table = pa.table({"translation": pa.array([{"en": "Hi", "zh": "嗨"}, {"en": None, "zh": "跑"}])})
    upload = read_pairs(("x.parquet", parquet(table)))
    assert upload.columns.found == ("translation.en", "translation.zh")
    assert by_line(upload) == {1: ("Hi", "嗨", "")}
    assert list(upload.bad["line"]) == [2]


PAIRS = [("source", "target"), ("Hi there.", "嗨。")]
OLD = [("source", "target"), ("Old.", "旧。")]


def book_of(*sheets: tuple[str, str, Sequence[Sequence[Any]] | None]) -> bytes:
    """A workbook of sheets: name, state, rows; no rows, a chart sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, state, rows in sheets:
        sheet = book.create_chartsheet(name) if rows is None else book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows or ():
            sheet.append(row)
    book.active = next(place for place, sheet in enumerate(sheets) if sheet[1] == "visible")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("sheets", "read", "remarks"),
    [
        ([("About", "visible", [["About this file"]]), ("Data", "visible", PAIRS)], "Data", ["About"]),
        ([("Old", "hidden", OLD), ("Data", "visible", PAIRS)], "Data", ["Old"]),
        ([("Chart", "visible", None), ("Data", "visible", PAIRS)], "Data", []),
        ([("Data", "visible", PAIRS), ("More", "visible", OLD)], "Data", ["More"]),
        ([("About", "visible", [["Read me"]]), ("Data", "veryHidden", PAIRS)], "Data", ["About", "hidden"]),
        ([("Empty", "visible", []), ("Data", "visible", PAIRS[1:])], "Data", []),
        ([("One", "visible", [("text",), ("x",)]), ("Data", "visible", PAIRS)], "Data", ["One"]),
    ],
)
def test_the_sheet_that_holds_pairs_is_read_and_the_others_are_told(
    sheets: list[tuple[str, str, Any]], read: str, remarks: list[str]
) -> None:
    upload = read_pairs(("x.xlsx", book_of(*sheets)))
    assert (upload.sheet, upload.pairs[0].pair.source) == (read, "Hi there.")
    assert upload.sheets == tuple(name for name, _state, rows in sheets if rows is not None)
    assert len(upload.remarks) == len(remarks)
    assert all(word in remark for word, remark in zip(remarks, upload.remarks, strict=True))


def test_a_sheet_can_be_named() -> None:
    content = book_of(("Data", "visible", PAIRS), ("More", "visible", OLD), ("Chart", "visible", None))
    upload = read_pairs(("x.xlsx", content), sheet="More")
    assert (upload.pairs[0].pair.source, upload.remarks) == ("Old.", ())
    with pytest.raises(Problem, match="Data, More"):
        read_pairs(("x.xlsx", content), sheet="Chart")
    with pytest.raises(Problem, match="no sheet"):
        read_pairs(("x.xlsx", book_of(("Chart", "visible", None))))


def test_hidden_rows_are_read_and_told() -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    upload = read_pairs(("x.xlsx", workbook([*PAIRS, ("Unseen.", "x")], hide)))
    assert list(by_line(upload)) == [2, 3]
    assert upload.remarks[0].endswith("1.")


def test_escapes_of_the_format_are_undone() -> None:
    rows = [
        ["source", "target"],
        ["first_x000D_\nsecond", "snake_x005F_x000D_"],
        ["tab_x000B_key", "y"],
        ["x_xyz_", "z"],
    ]
    upload = read_pairs(("x.xlsx", workbook(rows)))
    assert by_line(upload) == {2: ("first\r\nsecond", "snake_x000D_", ""), 4: ("x_xyz_", "z", "")}
    assert "U+000B" in upload.bad["reason"][0]
