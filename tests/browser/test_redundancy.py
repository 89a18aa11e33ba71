"""Redundancy in a real browser: click a pair, come back by a link, read it on a phone."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import box, main, settled


def cells(page: Page) -> Locator:
    found = (
        main(page)
        .locator(".st-key-wide-distances")
        .locator("g.mark-rect.role-mark path[aria-roledescription='rect mark']")
    )
    expect(found.first).to_be_visible()
    return found


def test_a_click_opens_two_heads_again_and_again(server: str, page: Page) -> None:
    page.goto(f"{server}/redundancy?view=within&models=marian-en-zh&pair=sleeping-cat")
    expect(main(page).get_by_text("is redundant").or_(main(page).get_by_text("are redundant")).first).to_be_visible()
    for place in (30, 301, 30):
        cell = cells(page).nth(place)
        said = cell.get_attribute("aria-label") or ""
        first, second = re.findall(r"L\d+ H\d+", said)[:2]
        cell.click()
        expect(box(page, "Head")).to_have_value(first)
        expect(box(page, "Other head")).to_have_value(second)
        expect(main(page).get_by_text(f"marian-en-zh · {second}")).to_be_visible()
    expect(page).to_have_url(re.compile(r"head=L\d"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_reopens_tab_distance_and_heads(server: str, page: Page) -> None:
    page.goto(f"{server}/redundancy?models=minilm&tab=groups&by=correlation&head=L1+H3&other=L4+H0&lang=zh")
    expect(main(page).get_by_role("tab", name="分组", selected=True)).to_be_visible()
    expect(box(page, "头")).to_have_value("L1 H3")
    expect(box(page, "另一个头")).to_have_value("L4 H0")
    expect(main(page).get_by_text("轮廓系数").first).to_be_visible()
    main(page).get_by_role("tab", name="所有模型的地图").click()
    expect(page).to_have_url(re.compile("tab=map"))
    expect(main(page).get_by_text("画在一张地图上")).to_be_visible()


def test_a_phone_reads_one_row_of_the_matrix(server: str, phone: Page) -> None:
    phone.goto(f"{server}/redundancy?view=within&models=minilm")
    bars = main(phone).locator(".st-key-narrow-distances").get_by_test_id("stVegaLiteChart")
    expect(bars.locator("svg, canvas").first).to_be_visible()
    expect(main(phone).locator(".st-key-wide-distances")).to_be_hidden()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_the_name_of_every_model_stands_beside_its_row_and_is_whole(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/redundancy?models=minilm&models=minilm@random")
    chart = main(page).get_by_test_id("stVegaLiteChart").locator("visible=true").first
    expect(chart.locator("svg text", has_text=re.compile("^minilm$")).first).to_be_visible()
    settled(page)
    rows = chart.evaluate(
        """(chart) => {
          const middle = (one) => { const at = one.getBoundingClientRect(); return (at.top + at.bottom) / 2; };
          const points = [...chart.querySelectorAll('path[aria-roledescription="point"]')];
          const names = [...chart.querySelectorAll('.role-axis-label text')]
            .filter((one) => one.textContent.startsWith('minilm'));
          return names.map((one) => [one.textContent, one.getBoundingClientRect().left - chart.getBoundingClientRect().left,
            Math.min(...points.filter((point) => point.getAttribute('aria-label').includes(`model: ${one.textContent};`))
              .map((point) => Math.abs(middle(point) - middle(one))))]);
        }"""
    )
    assert {"minilm", "minilm@random"} <= {name for name, _left, _off in rows}, rows
    for name, left, off in rows:
        assert left >= 0, name
        assert off < 3, (name, off)


def test_at_200_percent_zoom_panels_scroll_by_themselves_and_the_page_does_not(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 360})  # as 1280 × 720 is at 200 %
    page.goto(f"{server}/redundancy")
    chart = main(page).get_by_test_id("stVegaLiteChart").locator("visible=true").first
    expect(chart.locator("svg").first).to_be_visible()
    settled(page)
    for whole in (page.locator("html"), main(page)):
        assert whole.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert chart.evaluate("(one) => one.scrollWidth > one.clientWidth")
    assert chart.evaluate("(one) => { one.scrollLeft = one.scrollWidth; return one.scrollLeft > 0; }")
