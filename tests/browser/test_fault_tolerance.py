"""Fault tolerance in a real browser: click a head away, undo, come back by a link, read it on a phone."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import main


def cells(page: Page) -> Locator:
    found = (
        main(page)
        .locator(".st-key-wide-switches")
        .locator("g.mark-rect.role-mark path[aria-roledescription='rect mark']")
    )
    expect(found.first).to_be_visible()
    return found


def off(page: Page) -> Locator:
    return main(page).get_by_test_id("stMultiSelect")


def test_a_click_switches_a_head_off_and_on_and_it_can_be_undone(server: str, page: Page) -> None:
    page.goto(f"{server}/fault_tolerance")
    text = main(page).locator(".mh-before-after")
    expect(text.locator("del")).to_have_text("at the library")
    expect(off(page)).to_contain_text("cross L1 H0")
    cells(page).nth(8).click()
    expect(off(page)).not_to_contain_text("cross L1 H0")
    expect(main(page).get_by_text("No head is switched off")).to_be_visible()
    main(page).get_by_role("button", name="Undo").click()
    expect(off(page)).to_contain_text("cross L1 H0")
    expect(text.locator("del")).to_have_text("at the library")
    cells(page).nth(0).click()
    expect(off(page)).to_contain_text("cross L0 H0")
    expect(page).to_have_url(re.compile(r"off=cross\+L0\+H0"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_reopens_tab_model_and_heads(server: str, page: Page) -> None:
    page.goto(f"{server}/fault_tolerance?models=marian-en-zh&off=encoder+L1+H7&kind=zero&lang=zh")
    expect(off(page)).to_contain_text("encoder L1 H7")
    expect(main(page).get_by_role("tab", name="交互消融", selected=True)).to_be_visible()
    main(page).get_by_role("tab", name="各头的消融效应").click()
    expect(page).to_have_url(re.compile("tab=heads"))
    expect(main(page).get_by_text("消融效应最大的是")).to_be_visible()
    main(page).get_by_role("tab", name="其他头会补偿吗？").click()
    expect(main(page).get_by_text("对头里有")).to_be_visible()


def test_a_phone_chooses_heads_by_name(server: str, phone: Page) -> None:
    phone.goto(f"{server}/fault_tolerance")
    expect(main(phone).locator(".mh-before-after del")).to_have_text("at the library")
    expect(main(phone).locator(".st-key-wide-switches")).to_be_hidden()
    expect(off(phone)).to_contain_text("cross L1 H0")
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_what_a_head_carries_is_chosen_and_stands_in_the_address(server: str, page: Page) -> None:
    page.goto(f"{server}/fault_tolerance?tab=patching&models=marian-zh-en&evidence=gsdsimp-dev-zh-en")
    expect(main(page).get_by_text(re.compile("L\\d H\\d carries \\d"))).to_be_visible()
    expect(main(page).get_by_text("these heads carry most (output, good → bad)")).to_be_visible()
    main(page).get_by_role("radio", name="values").or_(main(page).get_by_role("button", name="values")).first.click()
    expect(main(page).get_by_text("these heads carry most (values, good → bad)")).to_be_visible()
    expect(page).to_have_url(re.compile("part=value"))
    expect(main(page).get_by_text("patching and ablation")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
