"""Compare models in a real browser: click heads, switch tabs, come back by a link, read it on a phone."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import box, main


def cells(page: Page, chart: str) -> Locator:
    grid = main(page).locator(f".st-key-wide-{chart}").get_by_test_id("stVegaLiteChart")
    expect(grid.locator("g.mark-rect.role-mark path").first).to_be_visible()
    return grid.locator("g.mark-rect.role-mark path")


def test_a_click_in_either_grid_opens_that_head_again_and_again(server: str, page: Page) -> None:
    page.goto(f"{server}/compare_models?models=minilm&models=minilm%40random")
    expect(box(page, "Head")).to_have_value("The lowest: minilm · L0 H2")
    expect(cells(page, "grid-0")).to_have_count(72)
    for grid, place, name in (
        ("grid-0", 4 * 12 + 5, "minilm · L4 H5"),
        ("grid-1", 2 * 12 + 7, "minilm@random · L2 H7"),
        ("grid-0", 4 * 12 + 5, "minilm · L4 H5"),
    ):
        cells(page, grid).nth(place).click()
        expect(box(page, "Head")).to_have_value(name)
        expect(main(page).get_by_text(f"{name} · normalised entropy")).to_be_visible()
    expect(page).to_have_url(re.compile("compared=minilm"))


def test_a_link_reopens_tab_view_measure_and_head(server: str, page: Page) -> None:
    page.goto(f"{server}/compare_models?models=minilm&view=depth&measure=previous&compared=minilm+%C2%B7+L3+H7&lang=zh")
    expect(main(page).get_by_role("tab", name="按深度", selected=True)).to_be_visible()
    expect(box(page, "度量")).to_have_value("前一个词")
    expect(box(page, "头")).to_have_value("minilm · L3 H7")
    main(page).get_by_role("tab", name="差异").click()
    expect(page).to_have_url(re.compile("tab=difference"))
    expect(box(page, "到")).to_have_value("minilm")
    page.reload()
    expect(main(page).get_by_role("tab", name="差异", selected=True)).to_be_visible()


def test_the_difference_opens_what_is_clicked(server: str, page: Page) -> None:
    page.goto(f"{server}/compare_models?models=minilm&tab=difference")
    expect(cells(page, "difference")).to_have_count(72)
    cells(page, "difference").nth(1 * 12 + 3).click()
    expect(box(page, "Head")).to_have_value("L1 H3")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_phone_lists_ten_heads_of_each_model(server: str, phone: Page) -> None:
    phone.goto(f"{server}/compare_models?models=minilm")
    bars = main(phone).locator(".st-key-narrow-grid-0").get_by_test_id("stVegaLiteChart")
    expect(bars.locator("svg, canvas").first).to_be_visible()
    expect(main(phone).locator(".st-key-wide-grid-0")).to_be_hidden()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_a_matched_head_opens_its_pair_by_a_click_and_by_the_box(server: str, page: Page) -> None:
    """In a run that ships; heads of either side."""
    page.goto(f"{server}/compare_models?models=minilm&models=smollm2&tab=matched&evidence=ewt-dev")
    squares = main(page).locator(".st-key-wide-matched g.mark-symbol.role-mark path[aria-label*='its match']")
    expect(squares.first).to_be_visible()
    count = squares.count()
    assert count == 2 * 72  # a square for each head of the smaller model, and one for its partner
    for place in (count // 4, count - 5, count // 4):
        square = squares.nth(place)
        first, second = re.findall(r"L\d+ H\d+", square.get_attribute("aria-label") or "")
        square.click()
        expect(box(page, "Pair of heads")).to_have_value(f"{first} – {second}")
        _the_pair_is_open(page, first, second)
    expect(page).to_have_url(re.compile(r"match=L\d"))
    options = box(page, "Pair of heads")
    options.click()
    options.fill("L2 H0 ")
    option = page.get_by_role("option").first
    first, second = re.findall(r"L\d+ H\d+", option.inner_text())
    assert first == "L2 H0"
    option.click()
    _the_pair_is_open(page, first, second)
    page.reload()
    _the_pair_is_open(page, first, second)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def _the_pair_is_open(page: Page, first: str, second: str) -> None:
    """What it rests on, both profiles, and both patterns."""
    expect(main(page).get_by_text(f"minilm · {first} – smollm2 · {second}")).to_be_visible()
    for name in (f"minilm · {first}", f"smollm2 · {second}"):
        in_words = re.compile(f"^{name}$")
        expect(main(page).locator("svg text", has_text=in_words)).to_be_visible()  # the legend of the profiles
        expect(main(page).locator("strong", has_text=in_words)).to_be_visible()  # above the pattern
