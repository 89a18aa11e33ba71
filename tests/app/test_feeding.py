"""The pair of the sidebar as a chat, in a template and with what a model writes; the regions of the text on Attention and
Difference; and how the pairs of a new run are fed.
"""

from typing import Any

import pandas as pd
import pytest
from own_runs import bring, press, settle
from reading import go_to, open_page, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.attention import prepare_inputs
from mhattn_core.attention.prepare_inputs import second_sentence
from mhattn_core.attention.second_sentence import Generated
from mhattn_core.models.model import Model
from mhattn_core.runs import store
from mhattn_core.text.feeding import Feeding
from mhattn_core.text.pair import SentencePair

TEMPLATE = "first: {a}\nsecond: {b}"
OWN: dict[str, Any] = {"source": "The cat sat down.", "target": "It was tired.", "models": ["minilm"]}


def regions(app: AppTest) -> pd.DataFrame:
    """A tick a head, once the fold of the regions is open."""
    app.session_state["regions-opened"] = True
    table, *_others = tables(app.run(), "title", "lift")
    return table


def test_a_template_is_fed_and_its_regions_are_shown_and_the_address_holds_none_of_it() -> None:
    state = {"feed-template": TEMPLATE}
    app = open_page("attention", state=state, feed="own", **OWN)
    table = regions(app)
    assert set(table["title"]) == {"A", "B", "template"}
    assert len(table) == 3 * 72
    assert "template" in texts(app)
    assert app.query_params["feed"] == "own"
    assert "first" not in str(dict(app.query_params))
    app = go_to(app, "inside_a_head")
    assert app.text_area(key="feed-template").value == TEMPLATE


def test_as_a_pair_the_regions_are_the_sentences_and_special_tokens() -> None:
    app = open_page("attention", **OWN)
    table = regions(app)
    assert set(table["title"]) == {"A", "B", "separators and special tokens"}


def test_a_model_without_a_chat_template_says_so_and_the_way_out() -> None:
    said = texts(open_page("attention", feed="chat", **OWN))
    assert "“minilm” has no chat template" in said
    assert "in a template of your own" in said


def test_a_template_that_is_none_is_told_and_the_pair_is_fed_as_a_pair() -> None:
    app = open_page("attention", state={"feed-template": "nothing"}, feed="own", **OWN)
    assert "is no way of feeding a pair" in texts(app)
    table = regions(app)
    assert "template" not in set(table["title"])


@pytest.mark.parametrize("page", ["fault_tolerance", "translation"])
def test_pages_that_read_pairs_in_ways_of_their_own_offer_no_other_feeding(page: str) -> None:
    app = open_page(page, feed="chat", models=["marian-zh-en"])
    assert "feed" not in [box.key for box in app.selectbox]
    assert "chat template" not in texts(app)


def test_what_a_model_writes_itself_is_shown_as_its_own_and_of_a_control_as_the_trained_models() -> None:
    typed = {"source": "猫在垫子上睡觉。", "target": "left out", "feed-tokens": 12}
    models = {"models": ["marian-zh-en", "marian-zh-en@random"], "stack": "cross", "stack2": "cross"}
    app = open_page("attention", state=typed, feed="generated", **models)
    said = texts(app)
    written = [part.value for part in app.caption if "wrote the second sentence itself" in part.value]
    assert len(set(written)) == 1
    assert "marian-zh-en wrote the second sentence itself" in said
    assert "1 pair: an example · second sentence written by the model" in said
    assert "The second sentence is not read" in said
    assert "left out" not in said.replace("Rows left out", "")
    for page in ("inside_a_head", "fusion"):
        said = texts(go_to(app, page))
        assert "1 pair: an example · second sentence written by the model" in said, page
        assert "wrote the second sentence itself" in said, page


def test_a_model_that_cannot_write_says_so_and_the_way_out() -> None:
    said = texts(open_page("attention", feed="generated", **OWN))
    assert "“minilm” has no language head, so it cannot write the second sentence" in said
    assert "choose a causal language model or a translator" in said


def test_the_same_model_on_both_sides_shows_what_its_template_changes() -> None:
    both = {"tab": "difference", "from": "minilm", "to": "minilm"}
    app = open_page("compare_models", **both, **OWN)
    assert "feed the pair as a chat, to see what that changes" in texts(app)
    app = open_page("compare_models", state={"feed-template": TEMPLATE}, feed="own", **both, **OWN)
    said = texts(app)
    assert "From minilm (as a pair) to minilm (in a template), normalised entropy" in said
    assert "the share of a word’s attention changes in the mean of all heads by: A " in said
    assert not app.error


@pytest.mark.usefixtures("own_folder")
def test_a_new_run_is_fed_as_was_chosen_and_says_so_when_it_is_opened() -> None:
    app = bring()
    app.selectbox(key="run-feed").set_value("own").run()
    app.text_area(key="run-feed-template").set_value(TEMPLATE).run()
    assert "ablation" not in texts(app)
    press(app, "Start")
    settle()
    (run,) = store.saved()
    assert run.open().manifest.feeding == Feeding(TEMPLATE)
    assert run.open().manifest.measures == ("basic", "regions")
    said = texts(open_page("runs", run=run.key))
    assert r"Pairs were fed in the template “first: {a}n" in said.replace("\\", "")
    assert "4 pairs · in a template" in said


def test_it_is_written_once_for_a_model_and_its_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counting(model: Model, pair: SentencePair, **options: Any) -> Generated:
        asked.append(model.name)
        return second_sentence(model, pair, **options)

    monkeypatch.setattr(prepare_inputs, "second_sentence", counting)
    typed = {"source": "狗在公园里跑。", "target": "", "feed-tokens": 9}
    app = open_page("attention", state=typed, feed="generated", models=["marian-zh-en", "marian-zh-en@shuffled"])
    assert not app.error
    app.run()
    assert asked == ["marian-zh-en"]
    app.number_input(key="feed-tokens").set_value(5).run()  # which is another sentence
    assert asked == ["marian-zh-en"] * 2
