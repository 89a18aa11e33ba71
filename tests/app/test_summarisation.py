"""The page Summarisation, without a browser."""

import json
import re
from pathlib import Path

import pytest
from reading import open_page, specs, tables, texts
from summarisation_page import SEGMENT, html, open_tab, page, press, typed, weights_of
from tiny import put_translator

from mhattn_core.findings.summarisation.code import FILE
from mhattn_core.runs import store
from mhattn_core.text.documents import documents
from mhattn_core.ui.resources import models

STORED = pytest.mark.skipif(
    store.get("documents-en") is None, reason="the run documents-en does not ship with this copy"
)


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
        r"On 4 other documents it agrees for \d+% of 1\d sentences \(best head of: smollm2@random \d+%",
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
    assert note.pivot(index="row", columns="left", values="share").to_numpy()[1].tolist() == pytest.approx(
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


def test_the_lines_of_a_gallery_document_in_sentences_need_no_file(bart: str) -> None:
    app = page(bart)
    app.query_params["cut"] = "sentence"
    app.run()
    (lines,) = [code.value for code in app.code if "import" in code.value]
    assert FILE not in lines
    assert weights_of(lines).shape[-1] == html(app).count(" words")


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


def test_a_translator_is_told_to_be_one_and_unknown_scripts_are_not_drawn() -> None:
    app = page("marian-zh-en", document="library-zh")
    assert "is trained to translate" in texts(app)
    press(app, "Run marian-zh-en live")
    assert re.search(r"does not know \d+% of the tokens of the summary", app.error[0].value)
    assert not tables(app, *SEGMENT)
