"""On Attention, a sentence that is changed, beside itself; and regions that are marked in the text."""

from typing import Any

import pandas as pd
from reading import open_page, tables, texts
from streamlit.testing.v1 import AppTest

OWN: dict[str, Any] = {"source": "The cat sat down.", "target": "It was tired.", "models": ["minilm"]}


def changes(app: AppTest) -> pd.DataFrame:
    """A row a cell, once the fold is open: those with a difference, then those of words that stand on one side only."""
    app.session_state["perturb-opened"] = True
    found = tables(app.run(), "before", "after", "query", "key")
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def test_an_edit_is_compared_word_by_word_and_stays_out_of_the_address() -> None:
    app = open_page("attention", **OWN)
    assert changes(app).empty
    box = next(box for box in app.text_area if box.value == OWN["source"] and "perturb" in str(box.key))
    app = box.set_value("The old dog sat.").run()
    said = texts(app)
    assert "invariance" in said
    table = changes(app)
    assert {"cat → old", "+ dog", "− down"} <= set(table["query"])
    assert table.loc[table["query"] == "− down", "after"].isna().all()
    assert "dog" not in str(dict(app.query_params))


def test_the_address_says_which_word_is_masked_and_what_is_shown() -> None:
    app = open_page("attention", perturb="mask", **{"perturb-word": "5", "perturb-weights": "after"}, **OWN)
    changes(app)
    table = next(table for table in tables(app, "query", "key", "weight") if "It → [MASK]" in set(table["key"]))
    assert table["weight"].dropna().between(0, 1).all()
    assert app.selectbox(key="perturb-word").value == "5"


def test_a_word_cannot_be_masked_for_a_model_without_a_mask_and_swapping_needs_a_second_sentence() -> None:
    app = open_page("attention", perturb="mask", **OWN | {"models": ["marian-en-zh"], "target": "它累了。"})
    assert changes(app).empty
    assert "has no mask token" in texts(app)
    app = open_page("attention", perturb="swap", **OWN | {"target": ""})
    assert changes(app).empty
    assert "swap" not in app.selectbox(key="perturb").options
    assert not app.exception


def test_marked_regions_are_no_words_and_stand_in_a_matrix() -> None:
    text = "<mark claim>The cat slept</mark> because <mark reason>it was tired.</mark>"
    app = open_page("attention", **OWN | {"source": text, "target": ""})
    app.session_state["regions-opened"] = True
    cells, _narrow = tables(app.run(), "query_region", "lift")
    assert set(cells["query_region"]) == {"claim", "reason", "other words"}
    assert set(cells["key_region"]) == {"claim", "reason", "other words", "special tokens"}
    assert "goes furthest beyond length" in texts(app)
    assert "mark" not in {word for table in tables(app, "query", "key") for word in table["query"]}
    broken = open_page("attention", **OWN | {"source": "<mark claim>The cat slept", "target": ""})
    assert "has no other end" in texts(broken)


def test_words_are_chosen_for_a_region_and_marked_in_the_sentence() -> None:
    app = open_page("attention", **OWN)
    app.session_state["regions-opened"] = True
    app = app.run()
    boxes = {box.label: box for box in app.selectbox}
    boxes["From word"].set_value("1")
    boxes["To word"].set_value("2")
    next(box for box in app.text_input if box.key == "mark-name").set_value("event").run()
    next(button for button in app.button if button.label == "Mark it").click().run()
    assert app.session_state["source"] == "The <mark event>cat sat</mark> down."
    cells, _narrow = tables(app, "query_region", "lift")
    assert "event" in set(cells["query_region"])
