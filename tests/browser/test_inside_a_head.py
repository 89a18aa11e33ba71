"""Inside a head in a real browser: click two words, come back by a link, read it on a phone."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import box, main


def cells(page: Page) -> Locator:
    """Of the small matrix, the second of the two pictures above the tabs."""
    found = main(page).get_by_test_id("stVegaLiteChart").nth(1).locator("path[aria-roledescription='rect mark']")
    expect(found.first).to_be_visible()
    return found


def test_a_click_takes_two_words_again_and_again(server: str, page: Page) -> None:
    page.goto(f"{server}/inside_a_head?models=minilm")
    expect(main(page).get_by_text("Query “cat”, key “sits”")).to_be_visible()
    # Eight tokens across: [CLS], six words, [SEP].
    for place, asks, answers in ((4 * 8 + 6, "on", "mat"), (1 * 8 + 2, "The", "cat"), (4 * 8 + 6, "on", "mat")):
        cells(page).nth(place).click()
        expect(main(page).get_by_text(f"Query “{asks}”, key “{answers}”")).to_be_visible()
        expect(box(page, "Key")).to_have_value(re.compile(answers))
    expect(page).to_have_url(re.compile(r"query=3&key=5|key=5&query=3"))
    expect(box(page, "Head")).to_have_value(re.compile("L5 H10"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_reopens_head_words_and_tab(server: str, page: Page) -> None:
    page.goto(f"{server}/inside_a_head?models=minilm&head=L2+H8&query=4&key=s0&tab=matches&lang=zh")
    expect(main(page).get_by_text("查询“the”，键“[CLS]”")).to_be_visible()
    expect(main(page).get_by_role("tab", name="查询最合哪个键", selected=True)).to_be_visible()
    main(page).get_by_role("tab", name="一步一步到权重").click()
    expect(main(page).get_by_text("softmax：分母")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=steps"))


def test_a_click_in_the_probes_of_a_run_opens_that_head(server: str, page: Page) -> None:
    page.goto(f"{server}/inside_a_head?models=minilm&tab=probes&probe=query-partner")
    expect(main(page).get_by_text("That is no better than the control task")).to_be_visible()
    grid = main(page).locator(".st-key-wide-probe-heads-minilm").get_by_test_id("stVegaLiteChart")
    cells_of_heads = grid.locator("g.mark-rect.role-mark path")
    expect(cells_of_heads).to_have_count(72)
    cells_of_heads.nth(3 * 12 + 5).click()
    expect(box(page, "Head")).to_have_value("L3 H5")
    expect(main(page).get_by_text(re.compile("From the .* of L3 H5 a linear rule reads"))).to_be_visible()
    expect(page).to_have_url(re.compile("probe=query-partner"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_phone_reads_it_without_scrolling_sideways(server: str, phone: Page) -> None:
    phone.goto(f"{server}/inside_a_head?models=minilm")
    expect(main(phone).get_by_text("Query “cat”, key “sits”")).to_be_visible()
    expect(main(phone).get_by_text("softmax: denominator")).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
