"""Inside a head, as a person meets it, without a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

import mhattn_core as mh
from mhattn_core.runs import store
from mhattn_core.runs.analyze import analyze
from mhattn_core.text.gallery import gallery
from mhattn_core.text.reading import PairRecord, Upload
from mhattn_core.text.reading.records import bad_rows


def inside(*models: str, **state: Any) -> AppTest:
    chosen = {"models": list(models)} if models else {}
    return open_page("inside_a_head", state=chosen | state)


def last_numbers(app: AppTest) -> dict[str, float]:
    """The steps' numbers, by the English names of the steps."""
    column = app.table[0].value["what comes out"]
    return {
        name.strip("*"): float(text.strip("*").replace("−", "-"))
        for name, text in column.items()
        if text and "∞" not in text
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", ["steps", "rows", "dimensions", "matches", "probes"])
def test_the_page_opens_in_both_languages(lang: str, tab: str) -> None:
    app = open_page("inside_a_head", lang=lang, tab=tab)
    assert not app.exception
    assert not app.error
    assert len(specs(app)) == {"steps": 2, "rows": 5, "dimensions": 3, "matches": 3, "probes": 6}[tab]
    if lang == "zh":
        said = re.sub(
            r"`[^`]*`|:\w+-badge\[:\S+|(minilm|smollm2)(@random|@shuffled)?|encoder|decoder|L\d+ H\d+|“[A-Za-z ,()\[\]\d]+”|softmax|Hewitt|Liang|BERT|Roy|Vetterli|QKᵀ|QA|KA⁻ᵀ|mhattn",
            "",
            texts(app),
        )
        assert not re.findall(r"[A-Za-z]{2,}", said)


def test_it_opens_on_the_notes_two_words_and_says_how_the_weight_comes_about() -> None:
    app = inside("minilm")
    said = texts(app)
    assert "Query “cat”, key “sits”: 32 products add up to 19.53 (+21.85 from 24 dimensions, −2.33 from 8)" in said
    assert "a weight of 0.272, number 2 of 8." in said
    assert "of all heads, L5 H10 gives the largest weight from “cat” to “sits”" in said
    assert "1 pair: an example" in said


def test_the_last_number_is_the_weight_on_attention(minilm: mh.Model) -> None:
    weights = mh.attend(minilm, gallery()["cat-mat"].pair).words("encoder").pattern
    app = inside("minilm")
    for head, (layer, number) in {"L5 H10": (5, 10), "L2 H8": (2, 8)}.items():
        app.selectbox(key="head").set_value(head)
        app.selectbox(key="key").set_value("5").run()
        numbers = last_numbers(app)
        assert numbers["weight"] == pytest.approx(weights[layer, number, 1, 5], abs=1e-5)
        assert numbers["on the page Attention"] == pytest.approx(numbers["weight"], abs=1e-5)
        assert numbers["scaling"] == pytest.approx(numbers["dot product"] / 32**0.5, abs=1e-5)
        assert numbers["weight"] == pytest.approx(
            numbers["softmax: numerator"] / numbers["softmax: denominator"], abs=1e-6
        )


def test_the_waterfall_ends_at_the_dot_product() -> None:
    app = inside("minilm")
    (bars,) = tables(app, "product", "total")
    assert bars["product"].is_monotonic_decreasing
    assert bars["total"].iloc[-1] == pytest.approx(last_numbers(app)["dot product"], abs=1e-4)
    assert (bars["query"] * bars["key"]).sum() == pytest.approx(bars["total"].iloc[-1], abs=1e-4)


def test_special_tokens_can_be_looked_at() -> None:
    app = inside("minilm")
    app.selectbox(key="key").set_value("s0").run()
    assert "key “[CLS]”" in texts(app)
    assert not app.exception


def test_a_word_of_several_pieces_says_how_they_add_up(minilm: mh.Model) -> None:
    app = inside("minilm")
    app.text_area(key="source").set_value("Unbelievable tokenization matters").run()
    app.selectbox(key="head").set_value("L3 H4")
    app.selectbox(key="query").set_value("1")
    app.selectbox(key="key").set_value("2").run()
    app.selectbox(key="query_piece").set_value("1").run()
    assert re.search("Query “.{1,3}ization”", texts(app))
    keys = app.dataframe[-1].value["key"].tolist()
    assert any(re.fullmatch(r".*ization \(1, 2/\d\)", key) for key in keys)
    assert "matters (2)" in keys
    weight = (
        mh.attend(minilm, mh.SentencePair("Unbelievable tokenization matters")).words("encoder").pattern[3, 4, 1, 2]
    )
    assert f"**{weight:.7f}**" in texts(app).split("On words")[1]
    # Another sentence, other words: the boxes start anew.
    app.text_area(key="source").set_value("We go out").run()
    assert not app.exception
    assert app.selectbox(key="query").value in {"0", "1", "2"}


def test_a_causal_model_is_opened_where_it_can_see_and_told_where_it_cannot() -> None:
    app = inside("smollm2")
    if any("smollm2" in str(error.value) for error in app.error):
        pytest.skip("smollm2 has not been fetched on this machine")
    assert "Query “sits”, key “cat”" in texts(app)
    app.selectbox(key="query").set_value("1")
    app.selectbox(key="key").set_value("2").run()
    assert "The mask hides “sits” from “cat”" in texts(app)
    assert last_numbers(app)["weight"] == 0
    app.session_state["tab-en"] = "Q, K and V of every word"
    app.run()
    before = app.toggle(key="before-rotation")
    pictures = tables(app, "dimension", "value")
    before.set_value(True).run()
    turned = [
        not old["value"].equals(new["value"])
        for old, new in zip(pictures, tables(app, "dimension", "value"), strict=True)
    ]
    # Queries and keys; values are never turned.
    assert turned == [True, True, False]
    app.session_state["tab-en"] = "What the query fits best"
    app.run()
    assert "Before position has its say, “cat” fits" in texts(app)


def test_cross_attention_asks_in_one_language_and_answers_in_the_other() -> None:
    app = inside("marian-en-zh", pair="love-nlp")
    said = texts(app)
    assert "as the decoder reads them" in said
    assert last_numbers(app)["weight"] == pytest.approx(last_numbers(app)["on the page Attention"], abs=1e-5)


def test_dimensions_are_said_to_mean_nothing_elsewhere() -> None:
    app = inside("minilm", **{"tab-en": "Which dimensions count"})
    said = texts(app)
    assert "Q and K can be turned together" in said
    assert "Effective rank of QKᵀ on this sentence" in said
    (shares,) = tables(app, "share")
    assert shares["share"].sum() == pytest.approx(1)


def test_best_keys_are_ranked_and_a_run_without_sentences_says_so() -> None:
    app = inside("minilm", **{"tab-en": "What the query fits best"})
    keys = tables(app, "score", "weight")[0]
    assert keys["score"].is_monotonic_decreasing
    # Numbered as in the boxes, special tokens too.
    assert set(keys["key"]) == {
        "[CLS] (s0)",
        "The (0)",
        "cat (1)",
        "sits (2)",
        "on (3)",
        "the (4)",
        "mat (5)",
        "[SEP] (s7)",
    }
    assert (
        "“cat” fits “[CLS] (s0)” best (score 4.05), and gives it 0.495; to its scores this model adds no position."
        in texts(app)
    )
    app.session_state["evidence"] = "ewt-dev"
    app.run()
    assert "keeps no sentences" in texts(app)


def test_a_run_that_keeps_its_sentences_can_be_looked_through() -> None:
    app = inside("minilm", **{"tab-en": "What the query fits best"})
    app.session_state["evidence"] = "examples-en"
    app.run()
    app.button(key="look-in-run").click().run()
    assert not app.exception
    assert "for the query “cat” of the sentence above" in texts(app)
    found = app.dataframe[-1].value
    assert found["score"].is_monotonic_decreasing
    assert all(f"[{word}]" in sentence for word, sentence in zip(found["word"], found["sentence"], strict=True))


def test_a_head_of_another_model_gives_way_and_one_word_is_no_error() -> None:
    app = inside("minilm", "marian-en-zh")
    app.selectbox(key="head").set_value("L5 H11").run()
    app.query_params["model"] = "marian-en-zh"
    app.run()
    assert not app.exception
    app.query_params["model"] = "minilm"
    app.text_area(key="source").set_value("Cat").run()
    assert not app.exception
    assert not app.error


def probe_rows() -> pd.DataFrame:
    """Three probes of one head, with numbers that are known; what the tab does not say is left out."""
    rows = [
        {
            "vector": vector,
            "task": task,
            "accuracy": accuracy,
            "low": accuracy - 0.02,
            "high": accuracy + 0.02,
            "gain": accuracy - 0.3,
        }
        for vector, task, accuracy in (("query", "role", 0.55), ("query", "pos", 0.6), ("key", "pos", 0.71))
    ]
    numbers = {
        "control": 0.3,
        "gain_low": 0.38,
        "gain_high": 0.44,
        "input": 0.5,
        "over_input": 0.05,
        "over_input_low": -0.01,
        "over_input_high": 0.1,
        "majority": 0.2,
        "own_pos": 0.62,
        "dimension_accuracy": 0.41,
        "first_dimension": 0.22,
        "any_dimension": 0.24,
        "first_gain": -0.02,
        "first_gain_low": -0.03,
        "first_gain_high": -0.01,
        "classes": 4,
        "n": 800,
        "known_forms": 0.61,
        "accuracy_new": 0.5,
        "gain_new": 0.2,
        "gain_new_low": 0.1,
        "gain_new_high": 0.3,
    }
    known = {"place": [0.57, 0.25, 0.25], "form": [0.5, 0.62, 0.68], "over_form_low": [0.03, -0.04, 0.01]}
    return pd.DataFrame(rows).assign(model="minilm", stack="encoder", **known, **numbers)


@pytest.fixture
def probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minilm: mh.Model) -> str:
    """The key of a run over two pairs whose tables of probes are known."""
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    pairs = [
        PairRecord(str(line), mh.SentencePair(text), line)
        for line, text in enumerate(("We sing", "They sleep"), start=1)
    ]
    made = store.create("probed", ("minilm",), ("basic",), Upload("probed", "", pairs, bad_rows([])))
    analyze([minilm], pairs, out=made.folder)
    probe_rows().assign(layer=5, head=10, dimension=9).to_parquet(made.folder / "probes.parquet")
    probe_rows().assign(heads=72, above_control=70, above_input=9).to_parquet(made.folder / "probe_means.parquet")
    return made.key


def test_probes_of_a_run_answer_what_the_note_says_of_dimension_0(probed: str) -> None:
    app = inside("minilm", evidence=probed, **{"tab-en": "What can be read off"})
    assert not app.exception
    said = texts(app)
    assert (
        "From the key of minilm's heads a linear rule reads the word's part of speech rightly in 71% of held-out "
        "words in the mean [69%, 73%]" in said
    )
    assert (
        "That is 41 points above the control task [38, 44]. 70 of 72 heads beat theirs, by an interval that leaves "
        "out 0." in said
    )
    assert (
        "It is no better than as many random directions of the layer's input (+5.0 points [−1.0, +10.0]); 9 of 72 "
        "heads are above them." in said
    )
    assert "A rule that knows only where the word stands in its sentence makes 25%." in said
    assert (
        "A lookup of word forms, without any vector, makes 68%. Of the 39% of words whose form was not learnt it "
        "reads 50%, +20 points over the control task [+10, +30]." in said
    )
    assert (
        "From the key of L5 H10 a linear rule reads the word's part of speech rightly in 71% of held-out words [69%, "
        "73%], arbitrary labels in 30%" in said
    )
    assert (
        "In minilm dimension 0 of the query tells no more of the word's role in the sentence than a dimension drawn "
        "at random: 22%, a difference of −2.0 points [−3.0, −1.0]; the best dimension of each head tells 41%, all "
        "together 55%" in said
    )
    assert "across models only whole subspaces are compared" in said
    assert sorted(tables(app, "accuracy", "control")[0]["accuracy"]) == pytest.approx([0.55, 0.6, 0.71])
    app.selectbox(key="probe").set_value("query-pos").run()
    assert (
        "A lookup of word forms, without any vector, does as well or better: 62%; so what is read may be no more"
        in texts(app)
    )
    app.selectbox(key="probe").set_value("query-role").run()
    said = texts(app)
    assert "The word's own part of speech, without any vector, does as well or better: 62%." in said
    assert (
        "does as well or better: 57%, so what is read may be no more than its place, which random weights carry too."
        in said
    )


def test_probes_open_on_a_run_that_ships_and_say_what_minilm_gives() -> None:
    app = inside("minilm", **{"tab-en": "What can be read off"})
    said = texts(app)
    assert "One sentence cannot tell what a vector holds. So this tab reads the run “UD English EWT dev”" in said
    assert re.search(r"That is \d+ points above the control task \[\d+, \d+\]\. 72 of 72 heads beat theirs", said)
    grid = next(spec for spec in specs(app) if "points above the control task" in json.dumps(spec))
    assert "picked" in json.dumps(grid["params"])
    app.selectbox(key="probe").set_value("query-role").run()
    assert "A rule that knows only where the word stands in its sentence makes 30%." in texts(app)
    app.selectbox(key="probe").set_value("query-partner").run()
    assert "That is no better than the control task" in texts(app)
    app.session_state["evidence"] = "examples-en"
    app.run()
    assert "has not measured “probes”" in texts(app)


def test_a_model_without_a_stream_says_why_its_weights_tell_nothing() -> None:
    app = inside("minilm", **{"tab-en": "OV and QK circuits"})
    assert not app.exception
    assert any("do not add to one stream" in notice.value for notice in app.info)
