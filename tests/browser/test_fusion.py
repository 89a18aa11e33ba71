"""Fusion in a real browser: another word, a click on a head, tabs by link, a phone."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import box, main


def cells(page: Page, chart: str) -> Locator:
    grid = main(page).locator(f".st-key-wide-{chart}").get_by_test_id("stVegaLiteChart")
    expect(grid.locator("g.mark-rect.role-mark path").first).to_be_visible()
    return grid.locator("g.mark-rect.role-mark path")


def test_a_click_opens_a_head_of_either_model_and_a_word_stands_in_the_address(server: str, page: Page) -> None:
    page.goto(f"{server}/fusion")
    expect(main(page).get_by_text("minilm's L5 H7 adds most to “jumps”")).to_be_visible()
    expect(cells(page, "added-0")).to_have_count(72)
    for chart, place, name in (
        ("added-0", 4 * 12 + 5, "L4 H5"),
        ("added-1", 2 * 12 + 7, "L2 H7"),
        ("added-0", 4 * 12 + 5, "L4 H5"),
    ):
        cells(page, chart).nth(place).click()
        expect(box(page, "Head")).to_have_value(name)
        expect(main(page).get_by_text(re.compile(f"From “jumps” {name} attends most"))).to_be_visible()
    box(page, "Word").click()
    page.get_by_role("option", name="fox (a3)").click()
    expect(main(page).get_by_text(re.compile(r"minilm's L\d H\d+ adds most to “fox”"))).to_be_visible()
    expect(page).to_have_url(re.compile("word=a3"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_reopens_tab_word_and_model(server: str, page: Page) -> None:
    page.goto(f"{server}/fusion?tab=coverage&word=a3&model=minilm%40random&lang=zh")
    expect(main(page).get_by_role("tab", name="联合信息", selected=True)).to_be_visible()
    expect(box(page, "词")).to_have_value(re.compile("fox"))
    expect(main(page).get_by_text("这不构成证据")).to_be_visible()
    main(page).get_by_role("tab", name="重叠").click()
    expect(main(page).get_by_text(re.compile("minilm@random 第 \\d 层里"))).to_be_visible()


def test_over_many_texts_a_click_opens_a_head(server: str, page: Page) -> None:
    page.goto(f"{server}/fusion?models=minilm&tab=run&over=share")
    expect(main(page).get_by_text("heads work against the sum of their layer")).to_be_visible()
    expect(cells(page, "over-heads")).to_have_count(72)
    cells(page, "over-heads").nth(2 * 12 + 7).click()
    main(page).get_by_role("tab", name="Weights or norms").click()
    expect(box(page, "Head")).to_have_value("L2 H7")
    main(page).get_by_text("This head at every position").click()
    expect(main(page).get_by_text(re.compile("L2 H7 adds most to “"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_phone_lists_ten_heads(server: str, phone: Page) -> None:
    phone.goto(f"{server}/fusion?models=minilm")
    bars = main(phone).locator(".st-key-narrow-added-0").get_by_test_id("stVegaLiteChart")
    expect(bars.locator("svg, canvas").first).to_be_visible()
    expect(main(phone).locator(".st-key-wide-added-0")).to_be_hidden()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
