"""Compare models in a real browser: click heads, switch tabs, come back by a link, read it on a phone."""

import re

from playwright.sync_api import Locator, Page, expect


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def box(page: Page, label: str) -> Locator:
    return main(page).get_by_test_id("stSelectbox").filter(has_text=re.compile(f"^{label}")).locator("input").first


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
    expect(box(page, "度量")).to_have_value("previous")
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
