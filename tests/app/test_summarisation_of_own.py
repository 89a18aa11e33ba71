"""The page Summarisation with a reader's own documents, without a browser."""

import re
from pathlib import Path

import numpy as np
import pytest
from reading import go_to, open_page, specs, tables, texts
from summarisation_page import SEGMENT, html, page, press, typed, weights_of

import mhattn_core as mh
from mhattn_core.attention.segments import segment_weights
from mhattn_core.findings.summarisation.code import FILE, python_lines, saved
from mhattn_core.findings.summarisation.cost import MOST_TOKENS
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.models.catalogue import entries
from mhattn_core.text.documents import SegmentBy, read_document
from mhattn_core.text.reading import read_pairs
from mhattn_core.text.words import cut

SMOLLM2 = pytest.mark.skipif(
    entries()["smollm2"].path() is None, reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2"
)


def test_a_typed_document_is_run_in_windows_and_its_seams_are_told(bart: str) -> None:
    text = "\n\n".join(f"Paragraph {n} tells of a cat that sat on mat number {n} all day long." for n in range(9))
    app = typed(page(bart), text, "A cat sat. It sat on mat 7.")
    assert not app.exception
    assert re.search(r"will read \*\*\d+ tokens in \d+ windows\*\* of at most", texts(app))
    assert not tables(app, *SEGMENT)
    press(app, "Run ")
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "run here: " in said
    assert "Too long for one pass" in said
    assert "No head has been compared on other documents yet" in said
    (table,) = tables(app, *SEGMENT)[:1]
    assert table["segment"].nunique() == 9
    assert table.groupby("row")["share"].sum().tolist() == pytest.approx([1.0] * table["row"].nunique(), abs=1e-5)
    assert any("strokeDash" in layer["mark"] for layer in specs(app)[0]["layer"])


def test_what_a_person_typed_is_shown_as_it_is_and_stands_in_no_link(bart: str) -> None:
    app = typed(page(bart), "A <b>bold</b> *cat*.\n\nA dog ran home.", "A cat.")
    press(app, "Run ")
    assert "&lt;b&gt;bold&lt;/b&gt;" in html(app)
    link = next(code.value for code in app.code if "?" in code.value and "import" not in code.value)
    assert "bold" not in link
    assert "without your document: that stands in no address" in texts(app)
    (save,) = [button for button in app.get("download_button") if button.proto.label == "Save the document"]
    assert save.proto.url


@pytest.mark.parametrize("by", ["paragraph", "sentence"])
def test_the_lines_and_the_saved_file_give_the_weights_of_the_page(
    bart: str, by: SegmentBy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "\n\n".join(f'="{n}" <b>Paragraph</b> {n} tells of a cat\nthat sat. A mat {n}' for n in range(9))
    for document in (text, 'The cat sat.\n\nThe dog "ran".'):
        given = DocumentInput(read_document(document, by=by), cut("A cat 'sat'."), by, own=True)
        (tmp_path / FILE).write_bytes(saved(given))
        lines = python_lines(given, bart)
        assert (FILE in lines) == (document == text)
        np.testing.assert_array_equal(
            weights_of(lines), segment_weights(mh.load(bart), given.document, given.summary).weights
        )
        # The page and a run read the file as the same segments.
        (record,) = read_pairs(tmp_path / FILE).pairs
        assert read_document(record.pair.source).segments == given.document.segments


def test_without_a_summary_the_lines_let_the_model_write_one(bart: str) -> None:
    app = typed(page(bart), "The cat sat.\n\nThe dog ran.", "")
    (lines,) = [code.value for code in app.code if "import" in code.value]
    assert "write_summary(model, document)" in lines


def test_documents_cut_into_sentences_and_at_marks(bart: str) -> None:
    app = page(bart)
    app.query_params["cut"] = "sentence"
    app.run()
    assert html(app).count(" words") > 10
    app = typed(app, "One cat.\n---\nTwo dogs. Three mice.", "Dogs.")
    app.query_params["cut"] = "mark"
    app.run()
    assert html(app).count(" words") == 2
    app.text_area(key="typed-document").set_value("One cat. Two dogs.").run()
    assert "has no marks" in app.error[0].value


def test_a_table_is_brought_and_its_row_chosen(bart: str) -> None:
    app = page(bart)
    app.query_params["from"] = "table"
    app.run()
    table = (
        "document,summary\n" + '"The cat sat.\n\nThe dog ran.",The dog ran.\n"It rained.\n\nIt stopped.",It stopped.\n'
    )
    app.file_uploader[0].set_value(("two.csv", table.encode(), "text/csv")).run()
    assert "**2 documents** from two.csv" in texts(app)
    assert "The dog ran." in html(app)
    app.number_input[0].set_value(2).run()
    assert "Summary: *It stopped.*" in texts(app)
    app.file_uploader[0].set_value(("bad.csv", b"a,b\n1,2\n", "text/csv")).run()
    assert "has no columns" in app.error[0].value
    assert not app.exception


def test_two_text_files_are_a_document_and_its_summary(bart: str) -> None:
    app = page(bart)
    app.query_params["from"] = "files"
    app.run()
    app.file_uploader[0].set_value(("d.txt", b"The cat sat.\n\nThe dog ran.", "text/plain")).run()
    assert "write the summary" in "".join(button.label for button in app.button)
    app.file_uploader[1].set_value(("s.txt", b"The dog\nran.", "text/plain")).run()
    assert "Summary: *The dog ran.*" in texts(app)


def test_files_stay_while_another_page_is_open(bart: str) -> None:
    app = open_page("summarisation", state={"models": [bart]}, **{"from": "files"})
    app.file_uploader[0].set_value(("d.txt", b"The cat sat.\n\nThe dog ran.", "text/plain")).run()
    go_to(app, "methods")
    go_to(app, "summarisation")
    assert "The dog ran." in html(app)
    press(app, "Remove d")
    assert "Until there is a document of your own" in texts(app)
    assert not app.exception


@SMOLLM2
def test_a_summary_is_written_by_the_model_where_none_is_given() -> None:
    app = typed(
        page("smollm2"),
        "The ferry sank in the night. Nobody drowned.\n\nA fisherman saw the light and brought everybody home.",
        "",
    )
    press(app, "Let smollm2 write the summary")
    assert not app.exception
    assert not app.error
    assert "Summary, written by smollm2 itself: *" in texts(app)
    assert tables(app, *SEGMENT)


def test_a_long_document_is_refused_with_its_size_or_ends_in_a_picture(bart: str) -> None:
    paragraph = " ".join(["word"] * 200)
    app = typed(page(bart), "\n\n".join([paragraph] * 90), "A short summary.")
    assert re.search(
        rf"would be [\d,]+ tokens in \d+ windows; this page reads up to {MOST_TOKENS:,} at once", app.error[0].value
    )
    assert "Give one chapter" in app.error[0].value
    assert not app.exception
    assert "word word" in html(app)
