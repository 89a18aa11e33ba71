"""The pair of the sidebar as a chat and in a template, and the regions of the text on Attention."""

from typing import Any

import pandas as pd
import pytest
from reading import go_to, open_page, tables, texts
from streamlit.testing.v1 import AppTest

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
