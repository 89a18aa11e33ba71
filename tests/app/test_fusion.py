"""Fusion, as a person meets it, without a browser."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from reading import open_page, specs, texts
from streamlit.testing.v1 import AppTest
from transformers import BertConfig, BertModel

import mhattn_core as mh
from mhattn_core.experiments.attribution import COLUMNS
from mhattn_core.models.catalogue import entries

TABS = {
    "norms": "Weights or norms",
    "directions": "Overlap",
    "layers": "Through the layers",
    "prediction": "On the prediction",
    "coverage": "Joint information",
    "run": "Over many texts",
}


def fusion(*models: str, lang: str = "en", tab: str = "norms", **state: Any) -> AppTest:
    return open_page("fusion", lang=lang, tab=tab, state=state, **({"models": list(models)} if models else {}))


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_in_chinese_and_says_nothing_in_english(tab: str) -> None:
    app = fusion(lang="zh", tab=tab)
    assert not app.exception
    assert not app.error
    assert specs(app)
    names = r"`[^`]*`|“[^”]*”|:\w+-badge\[:\S+|minilm(@random|@shuffled)?|L?\d* ?H\d+|W_O|Kobayashi|Abnar|Zuidema|mhattn|softmax|rollout|flow|logit|decoder|cross|encoder"
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(names, "", texts(app)))


def test_the_first_picture_is_one_word_in_every_model() -> None:
    app = fusion()
    said = texts(app)
    assert "minilm's L5 H7 adds most to “jumps”: a vector of length 5.13 (median head: 0.82)" in said
    assert re.search(r"minilm@random's L\d H\d+ adds most to “jumps”", said)
    assert "1 pair: an example" in said
    assert app.selectbox(key="word").value == "a4"
    grids = [spec for spec in specs(app) if "picked" in json.dumps(spec.get("params", ""))]
    assert len(grids) >= 2


def test_another_word_and_the_shares_of_a_layer() -> None:
    app = open_page("fusion", models=["minilm"], quantity="share")
    app.selectbox(key="word").set_value("a0").run()
    assert not app.exception
    assert re.search(r"minilm's L\d H\d+ adds most to “The”", texts(app))
    assert "The shares of a layer sum to 1" in texts(app)
    scale = specs(app)[0]["layer"][0]["encoding"]["color"]["scale"]
    assert scale["scheme"] == "purpleorange"
    assert scale["domain"][0] == -scale["domain"][1]


def test_heads_that_attend_to_special_tokens_take_little_from_them() -> None:
    app = fusion("minilm")
    assert (
        "47 of minilm's 72 heads put more than half of their attention on special tokens, 68% in the mean; of the "
        "length that they pass on 20%" in texts(app)
    )
    app.selectbox(key="head").set_value("L4 H5").run()
    assert re.search(r"From “jumps” L4 H5 attends most to “\[(CLS|SEP)\]” \(\d+%\)", texts(app))


def test_directions_and_no_evidence_from_few_words() -> None:
    app = fusion("minilm", "minilm@random", tab="directions")
    said = texts(app)
    assert "At “jumps”, in layer 5 of minilm, H8 and H9 add in the most similar direction (cosine +0.09)" in said
    assert "minilm's 12 heads of a layer use between 11.0 (layer 4) and 11.9 (layer 5) directions, on 9 words" in said
    assert "No evidence: this pair has 9 words" in said
    long = (
        "The keys that the old man lost yesterday are on the kitchen table, and nobody knows who found them there or "
        "why."
    )
    app.text_area(key="source").set_value(long).run()
    assert "No evidence" not in texts(app)
    assert re.search(
        r"the others tell most of L5 H\d+: unique share \d\.\d\d; they tell least of L5 H\d+: \d\.\d\d\. \d+ words, held out in turn",
        texts(app),
    )
    app.selectbox(key="layer").set_value("L2").run()
    assert "in layer 2 of minilm" in texts(app)


def test_one_layer_with_one_head(tmp_path: Path, minilm: mh.Model) -> None:
    words = len(minilm.tokenizer)
    config = BertConfig(
        vocab_size=words, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
    )
    BertModel(config).save_pretrained(tmp_path)
    minilm.tokenizer.save_pretrained(tmp_path)
    app = fusion(str(tmp_path), tab="directions")
    app.text_area(key="source").set_value(" ".join(["The small dog sees a red bird"] * 4)).run()
    said = texts(app)
    assert not app.error
    assert ", 100% of the sum of its layer." in said
    assert "Next:" not in said
    assert said.count("Fewer than two heads of this layer add anything here.") == 2
    assert "A participation ratio needs at least two words and two heads." in said
    for tab in ("norms", "layers"):
        app.session_state["tab-en"] = TABS[tab]
        app.run()
        assert "L0 H0" in texts(app)
        assert not app.error


def test_the_way_through_the_layers() -> None:
    app = fusion("minilm", tab="layers")
    assert "After layer 5 of minilm, rollout has “jumps” to 4% from itself and to 78% from special tokens" in texts(app)
    app.slider[0].set_value(1).run()
    assert "After layer 0 of minilm" in texts(app)


def test_a_translator_has_stacks_and_words_of_its_own() -> None:
    app = fusion("marian-en-zh", tab="layers")
    app.query_params["stack"] = "cross"
    app.run()
    assert not app.exception
    assert "Cross-attention reads another sentence in every layer" in texts(app)
    app.query_params["stack"] = "decoder"
    app.run()
    assert "Under a causal mask both lean to the first tokens" in texts(app)
    assert app.selectbox(key="word").value.startswith("b")


def test_what_is_not_available_is_said() -> None:
    assert "minilm has no language head" in texts(fusion("minilm", tab="prediction"))
    app = fusion("marian-en-zh", tab="prediction")
    assert "reaches a prediction only through other layers" in texts(app)
    app.query_params["stack"] = "cross"
    app.run()
    assert "does not reach the prediction as a sum" in texts(app)


def test_a_causal_models_prediction() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = fusion("smollm2", tab="prediction")
    assert "After “jumps”, “over” is smollm2's choice number 1" in texts(app)
    app.session_state["head"] = "L3 H2"
    app.run()
    # The chosen head is framed here as above.
    assert sum("datum.layer == 3 && datum.head == 2" in json.dumps(spec) for spec in specs(app)) == 2
    app.query_params["next"] = "text"
    app.selectbox(key="word").set_value("a8").run()
    assert "This is the last token of the text" in texts(app)
    assert "no causal effect" not in texts(app)


def test_what_heads_add_over_a_run_stands_below_one_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    numbers = dict.fromkeys(COLUMNS, 0.5) | {"model": "smollm2", "stack": "decoder", "total": 4.0, "n": 30, "q": 0.01}
    rows = [numbers | {"layer": layer, "head": head} for layer in range(30) for head in range(9)]
    pd.DataFrame(rows)[list(COLUMNS)].to_parquet(folder / "attribution.parquet")
    monkeypatch.setattr("mhattn_core.ui.contributions.tabs.chosen_run", lambda _controls: mh.Run.open(folder))
    app = fusion("smollm2", tab="prediction")
    assert not app.exception
    assert "smollm2: the heads together add +135.000 to the score of the next word" in texts(app)


def test_coverage_of_the_notes_sentence_beside_chance() -> None:
    app = fusion("minilm", "minilm@random", tab="coverage")
    said = texts(app)
    assert (
        "Of the 8 links that the note draws, minilm's best single head, L3 H1, finds 6; the best three together find 8"
        in said
    )
    table = app.dataframe[0].value.set_index("model")
    assert table.loc["minilm", "best1"] == pytest.approx(0.75)
    assert "%" in table.loc["minilm@random", "chance3"]
    app.query_params["model"] = "minilm@random"
    app.run()
    assert "That is no evidence" in texts(app)


def test_links_are_called_by_what_the_note_says_of_them() -> None:
    for lang, place in (("en", "over → dog · location"), ("zh", "over → dog · 地点")):
        assert place in json.dumps(specs(fusion(lang=lang, tab="coverage")), ensure_ascii=False)


def test_another_sentence_leads_to_the_notes() -> None:
    app = fusion("minilm", tab="coverage")
    app.text_area(key="source").set_value("Nobody has ever written this sentence down.").run()
    assert not app.exception
    assert "The note says nothing of this sentence" in texts(app)


def test_over_many_texts_a_run_that_ships_is_read() -> None:
    app = fusion("minilm", "minilm@random", tab="run")
    said = texts(app)
    assert "This tab reads the run “UD English EWT dev”" in said
    assert re.search(
        r"The others tell least of L\d H\d+: unique share 0\.\d\d \[0\.\d\d, [01]\.\d\d\]; they tell most of L\d H\d+: 0\.\d\d\.",
        said,
    )
    assert "minilm's 12 heads of a layer use between" in said
    app.selectbox(key="over").set_value("share").run()
    assert "heads work against the sum of their layer" in texts(app)
    app.session_state["evidence"] = "examples-en"
    app.run()
    assert "has not measured “fusion”" in texts(app)
