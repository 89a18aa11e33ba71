"""Head roles in a real browser: click a line and a head, come back by a link, read it on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from screen import box, main

from mhattn_core.runs.store import SHIPPED

pytestmark = pytest.mark.skipif(
    not (SHIPPED / "ewt-dev" / "rates.parquet").exists(), reason="the run with trees does not ship with this copy"
)


def marks(page: Page, chart: str) -> Locator:
    found = (
        main(page)
        .locator(f".st-key-wide-{chart}")
        .locator("path[aria-roledescription='point'], path[aria-roledescription='rect mark']")
    )
    expect(found.first).to_be_visible()
    return found


def test_a_click_on_a_line_opens_its_relation_and_head(server: str, page: Page) -> None:
    page.goto(f"{server}/head_roles?models=minilm")
    expect(main(page).get_by_text(re.compile("Strongest:|Nearest to it:"))).to_be_visible()
    mark = (
        main(page).locator(".st-key-wide-best-heads [aria-roledescription='point'][aria-label*='relation: case;']").last
    )
    mark.click()
    expect(box(page, "Relation")).to_have_value("adposition → noun")
    expect(page).to_have_url(re.compile("relation=case"))
    expect(box(page, "Head")).to_have_value(re.compile(r"minilm · L\d+ H\d+"))
    expect(
        main(page)
        .get_by_text(re.compile(r"(attention specialist \(effect not shown\)|nearest-class head) · n \d"))
        .last
    ).to_be_visible()
    cell = marks(page, "role-grid-0").nth(40)
    place = re.match(r"head: (\d+); layer: (\d+);", cell.get_attribute("aria-label") or "")
    assert place
    cell.click()
    expect(box(page, "Head")).to_have_value(f"minilm · L{place[2]} H{place[1]}")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_reopens_tab_relation_and_head_in_another_language(server: str, page: Page) -> None:
    page.goto(f"{server}/head_roles?models=minilm&relation=det&role=minilm+·+L2+H8&view=profile&lang=zh")
    expect(box(page, "关系(?!的种类)")).to_have_value("限定词 → 名词")
    expect(box(page, "头")).to_have_value("minilm · L2 H8")
    expect(main(page).get_by_role("tab", name="这个头还做什么", selected=True)).to_be_visible()
    main(page).get_by_role("tab", name="模式", exact=True).click()
    expect(page).to_have_url(re.compile("tab=patterns"))
    expect(main(page).get_by_text(re.compile("每条是一层"))).to_be_visible()


def test_a_phone_reads_the_same_lines(server: str, phone: Page) -> None:
    phone.goto(f"{server}/head_roles?models=minilm")
    below = main(phone).locator(".st-key-narrow-best-heads")
    expect(
        below.get_by_text(re.compile(r"object → verb · L2 H0 · (attention specialist|nearest-class head)")).first
    ).to_be_visible()
    expect(main(phone).locator(".st-key-wide-best-heads")).to_be_hidden()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_a_detector_and_a_pattern_of_ones_own_are_drawn(server: str, page: Page) -> None:
    page.goto(f"{server}/head_roles?models=minilm&tab=patterns&shapes=induction&detector=own_mask")
    expect(main(page).get_by_text(re.compile("pass “weight on your own pattern”"))).to_be_visible()
    typed = main(page).get_by_label("Pattern", exact=True)
    typed.fill("j == 0")
    typed.press("Control+Enter")
    expect(main(page).get_by_text("heads of minilm").first).to_be_visible()
    assert marks(page, "detector-0").count() == 72
    typed.fill("__import__('os')")
    typed.press("Control+Enter")
    expect(main(page).get_by_text("cannot be read as a pattern")).to_be_visible()
    assert "__import__" not in page.url
