"""The page of one head beside another, in a real browser: seen at once, and a sentence opened."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from screen import box, main

import mhattn_core as mh

FOLD = 720
WITH = quote("minilm · L2 H10")


def test_the_first_finding_is_seen_whole_without_scrolling(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": FOLD})
    page.goto(f"{server}/head?model=smollm2&head=L10+H1&with={WITH}")
    expect(box(page, "Beside it")).to_have_value("minilm · L2 H10")
    expect(main(page).get_by_text("Counterparts of").nth(1)).to_be_visible()  # all of the page is there
    for place in (0, 1):
        where = main(page).get_by_test_id("stVegaLiteChart").nth(place).bounding_box()
        assert where is not None
        assert where["y"] + where["height"] <= FOLD
        assert where["x"] + where["width"] <= 1280
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_click_opens_a_sentence_on_attention_with_the_head(server: str, page: Page) -> None:
    if not mh.Run.open("examples-en").has("card_sentences"):
        pytest.skip("the run that ships was measured without cards")
    page.goto(f"{server}/head?model=minilm&head=L2+H10&with={WITH}&evidence=examples-en")
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
