"""The page of one head beside another, in a real browser: a sentence opened."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from screen import main

import mhattn_core as mh

WITH = quote("minilm · L2 H10")


def test_a_click_opens_a_sentence_on_attention_with_the_head(server: str, page: Page) -> None:
    if not mh.Run.open("examples-en").has("card_sentences"):
        pytest.skip("the run that ships was measured without cards")
    page.goto(f"{server}/head?model=minilm&head=L2+H10&with={WITH}&evidence=examples-en&tab=sentences")
    sentence = main(page).get_by_text("Strongest link of").first
    expect(sentence).to_be_visible()
    said = re.search(r"L2 H10: (\S+) → (\S+) ", sentence.inner_text())
    assert said
    drawn = main(page).locator(".st-key-head_sentences-0").first
    drawn.scroll_into_view_if_needed()
    drawn.click(position={"x": 120, "y": 44})
    expect(main(page).get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    first = page.get_by_test_id("stSidebar").get_by_role("textbox", name="First sentence", exact=True)
    expect(first).not_to_have_value("The cat sits on the mat")
    expect(
        main(page).get_by_text(re.compile(rf"{said[1]} puts \d\.\d\d of its attention on {said[2]}"))
    ).to_be_visible()
