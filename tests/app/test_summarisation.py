"""The page Summarisation, without a browser."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reading import go_to, open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest
from tiny import put_translator

import mhattn_core as mh
from mhattn_core.attention.segments import segment_weights
from mhattn_core.findings.summarisation.code import FILE, python_lines
from mhattn_core.findings.summarisation.cost import MOST_TOKENS
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.models.catalogue import entries
from mhattn_core.runs import store
from mhattn_core.text.documents import SegmentBy, documents, read_document
from mhattn_core.text.reading import read_pairs
from mhattn_core.text.words import cut
from mhattn_core.ui.kept import of_documents
from mhattn_core.ui.resources import models
from mhattn_core.ui.summarisation.reproduce import saved

SMOLLM2 = pytest.mark.skipif(
    entries()["smollm2"].path() is None, reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2"
)
STORED = pytest.mark.skipif(
    store.get("documents-en") is None, reason="the run documents-en does not ship with this copy"
)
SEGMENT = ("row", "column", "share", "lift")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    of_documents().clear()


@pytest.fixture
def bart(tmp_path: Path) -> str:
    """A tiny random translator that takes 256 tokens."""
    return str(put_translator(tmp_path / "bart", "bart"))


def page(*names: str, lang: str = "en", tab: str = "heads", **state: Any) -> AppTest:
    models = {"models": list(names)} if names else {}
    return open_page("summarisation", state=models | state, lang=lang, tab=tab)


def html(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))


def open_tab(app: AppTest, label: str, lang: str = "en") -> AppTest:
    app.session_state[f"tab-{lang}"] = label
    return app.run()


def typed(app: AppTest, document: str, summary: str) -> AppTest:
    app.query_params["from"] = "typed"
    app.run()
    app.text_area(key="typed-document").set_value(document)
    return app.text_area(key="typed-summary").set_value(summary).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.replace("\\", "").startswith(label)).click().run()


@STORED
def test_it_opens_on_a_stored_result_and_loads_no_model() -> None:
    models.clear()
    app = page()
    assert not app.exception
    assert not app.error
    assert app.session_state["models"] == ["smollm2"]
    said = texts(app)
    assert re.search(r"stored: smollm2@\w+ · run \w+", said)
    assert re.search(r"In L\d+ H\d+, \*.+\* takes \*\*\d+%\*\* of its attention to the document from segment", said)
    assert re.search(
        r"On 4 other documents it agrees for \d+% of 1\d sentences; .* the best head of a random control for \d+% \(smollm2@random\)",
        said,
    )
    assert "It was chosen there, not here." in said
    assert "For twenty years the corner" in html(app)
    assert models().names() == []


@STORED
def test_another_document_another_head_and_other_rows() -> None:
    app = page("smollm2")
    app.selectbox(key="document").set_value("seals").run()
    assert "Every June a small plane" in html(app)
    app.selectbox(key="summary_head").set_value("L3 H7").run()
    assert "In L3 H7," in texts(app)
    app.query_params["rows_of"] = "sentences"
    app.run()
    (table, *_rest) = tables(app, *SEGMENT)
    assert table["part"].nunique() == 3
    app.selectbox(key="summary_head").set_value("L3").run()
    assert "In the mean of layer 3," in texts(app)
    app.selectbox(key="summary_head").set_value("mean").run()
    assert "In the mean of all heads," in texts(app)
    assert not app.exception


@STORED
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", ["heads", "layers", "believe", "table"])
def test_every_tab_in_both_languages(tab: str, lang: str) -> None:
    app = page("smollm2", lang=lang, tab=tab)
    assert not app.exception
    assert not app.error
    assert len(tables(app, *SEGMENT)) >= 1
    assert len(specs(app)) == {"heads": 4, "layers": 3, "believe": 2, "table": 2}[tab]
    if lang == "zh":
        said = re.sub(
            r"`[^`]*`|:\w+-badge\[.*?\]|smollm2(@random|@shuffled)?|ROUGE(-L)?|mhattn|\*.*?\*|L\d+ H\d+|softmax",
            "",
            texts(app),
        )
        assert not re.findall(r"[A-Za-z]{3,}", said)


@STORED
def test_sums_over_segments_are_sums_over_words() -> None:
    app = page("smollm2", tab="table")
    shares, totals = app.dataframe[-2].value, app.dataframe[-1].value
    words = len(documents()["garden"].summary.words)
    assert (len(shares), len(totals)) == (words * 5, words)
    assert shares["share of attention"].to_numpy().reshape(words, 5).sum(axis=1).tolist() == pytest.approx(
        [1.0] * words, abs=1e-4
    )
    assert shares["lift over length"].to_numpy().reshape(words, 5).sum(axis=1).tolist() == pytest.approx(
        [0.0] * words, abs=1e-4
    )
    assert totals.iloc[:, 1:].sum(axis=1).tolist() == pytest.approx([1.0] * words)


@STORED
def test_a_document_of_the_address_is_opened() -> None:
    app = open_page("summarisation", document=documents()["seals"].title)
    assert app.selectbox(key="document").value == "seals"
    assert "stored: smollm2" in texts(app)


def test_the_notes_claim_leads_here_and_the_note_stands_beside_its_document() -> None:
    app = open_page("home", state={"claim-6": "6-summary"}, chapter="6")
    assert not app.exception
    (leading,) = [link.proto for link in app.get("page_link") if link.proto.label == "Open Summarisation"]
    assert "document=" in leading.query_string
    app = page("smollm2", document="ai")
    assert not app.exception
    said = texts(app)
    assert "smollm2 was not made for Chinese" in said
    assert "qwen2.5-0.5b (" in said
    assert "no model was measured" in said
    (note,) = tables(app, *SEGMENT)  # the note's, and no picture of a model that cannot read it
    assert note.pivot(index="row", columns="column", values="share").to_numpy()[1].tolist() == pytest.approx(
        [0.1, 0.6, 0.2, 0.05, 0.05]
    )
    assert "人工智能是让机器" in html(app)
    press(app, "Use qwen2.5-0.5b")
    assert app.session_state["models"] == ["qwen2.5-0.5b"]


def test_an_encoder_says_so_and_offers_models_that_write() -> None:
    app = page("minilm")
    assert "minilm is an encoder" in texts(app)
    assert not tables(app, *SEGMENT)
    assert any(button.label.startswith("Use ") for button in app.button)


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
    assert table["column"].nunique() == 9
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


def weights_of(lines: str) -> Any:
    made: dict[str, Any] = {}
    exec(lines, made)  # noqa: S102 - our own lines, with the text as a literal
    return made["found"].weights


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


def test_the_lines_of_a_gallery_document_in_sentences_need_no_file(bart: str) -> None:
    app = page(bart)
    app.query_params["cut"] = "sentence"
    app.run()
    (lines,) = [code.value for code in app.code if "import" in code.value]
    assert FILE not in lines
    assert weights_of(lines).shape[-1] == html(app).count(" words")


def test_without_a_summary_the_lines_let_the_model_write_one(bart: str) -> None:
    app = typed(page(bart), "The cat sat.\n\nThe dog ran.", "")
    (lines,) = [code.value for code in app.code if "import" in code.value]
    assert "write_summary(model, document)" in lines


def test_what_a_model_is_told_first_is_said(tmp_path: Path) -> None:
    folder = put_translator(tmp_path / "t5", "t5")
    config = json.loads((folder / "config.json").read_text())
    task = {"prefix": "summarize: ", "min_length": 8, "max_length": 8, "no_repeat_ngram_size": 1}
    (folder / "config.json").write_text(json.dumps(config | {"task_specific_params": {"summarization": task}}))
    app = typed(page(str(folder)), "The cat sat on the mat.\n\nThe dog ran home.", "")
    press(app, "Let ")
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "read “summarize:”, as its own configuration says" in said
    assert "It was still writing when it reached its greatest length" in said
    app.session_state["tab-en"] = "Table"
    app.run()
    assert app.dataframe[-1].value["to special tokens"].gt(0).all()


def test_a_head_is_chosen_on_other_documents_when_asked(bart: str) -> None:
    app = typed(page(bart), "The cat sat on the mat.\n\nThe dog ran home.", "The dog ran.")
    press(app, "Run ")
    open_tab(app, "How far to believe it")
    press(app, "Choose a head")
    assert not app.exception
    assert not app.error
    assert re.search(r"On 5 other documents it agrees for \d+% of 15 sentences", texts(app))
    assert app.selectbox(key="summary_head").value == "auto"


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


def test_a_translator_is_told_to_be_one_and_unknown_scripts_are_not_drawn() -> None:
    app = page("marian-zh-en", document="library-zh")
    assert "is trained to translate" in texts(app)
    press(app, "Run marian-zh-en live")
    assert re.search(r"does not know \d+% of the tokens of the summary", app.error[0].value)
    assert not tables(app, *SEGMENT)
