"""The page that opens, in a real browser: seen at once, pointed at, pinned."""

import re

from playwright.sync_api import Page, expect
from screen import box, main, menu

FOLD = 720


def test_the_heads_of_two_models_are_seen_whole_without_scrolling(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": FOLD})
    page.goto(server)
    expect(main(page).get_by_role("heading", name="How do the heads of these models differ?")).to_be_visible()
    expect(
        main(page).get_by_text(re.compile(r"minilm: \d+ of 72 heads are attention specialists")).first
    ).to_be_visible()
    drawn = main(page).locator(".st-key-wide-overview canvas").first
    expect(drawn).to_be_visible()
    where = drawn.bounding_box()
    assert where is not None
    assert where["y"] + where["height"] <= FOLD
    assert where["x"] + where["width"] <= 1280
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_click_pins_a_head_and_its_card_leads_on(server: str, page: Page) -> None:
    page.goto(server)
    # So many cells are drawn as one picture, so a click needs a place: of L2 H10, past the axis and the legend.
    drawn = main(page).locator(".st-key-wide-overview canvas").first
    expect(drawn).to_be_visible()
    drawn.click(position={"x": 24 + 10.5 * 18, "y": 46 + 2.5 * 10})
    expect(box(page, "Head")).to_have_value("minilm · L2 H10")
    expect(page).to_have_url(re.compile(r"pinned=minilm.*L2"))
    expect(main(page).get_by_text("most similar head").first).to_be_visible()
    main(page).get_by_role("link", name="Its page").click()
    expect(main(page).get_by_role("heading", name="Head card")).to_be_visible()
    expect(box(page, "Model")).to_have_value("minilm")
    expect(box(page, "Head")).to_have_value("L2 H10")


def test_a_phone_shows_one_model_below_the_other(server: str, phone: Page) -> None:
    phone.goto(server)
    drawn = main(phone).locator(".st-key-narrow-overview canvas").first
    expect(drawn).to_be_visible()
    where = drawn.bounding_box()
    assert where is not None
    assert where["x"] + where["width"] <= 390
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_the_menu_leads_to_every_page(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(server)
    for name in ("Overview", "Attention", "Specialisation", "Redundancy", "Ablation", "Compare", "Data"):
        expect(menu(page).get_by_role("link", name=name, exact=True)).to_be_visible()
