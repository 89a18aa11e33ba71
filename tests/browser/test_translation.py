"""Translation in a real browser."""

import re

from playwright.sync_api import Browser, Locator, Page, expect
from screen import file_chooser, main, menu

GOLD = "source,target,source_words,target_words,alignment\n" + "".join(
    f"He sleeps {n},他睡觉{n},He sleeps {n},他 睡觉 {n},0-0 1-1 2-2\n" for n in range(24)
)


def head_box(page: Page) -> Locator:
    return main(page).get_by_role("combobox", name=re.compile("^Selected|Head")).first


def test_a_click_opens_a_head_and_its_link_opens_it_elsewhere(server: str, page: Page, browser: Browser) -> None:
    page.goto(f"{server}/translation")
    expect(main(page).get_by_text("marian-zh-en", exact=True).first).to_be_visible()
    expect(main(page).get_by_text("Head L0 H5 finds 4 of 5 sure gold links")).to_be_visible()
    grid = main(page).locator(".st-key-wide-aligners-0").get_by_test_id("stVegaLiteChart")
    grid.scroll_into_view_if_needed()
    cells = grid.locator("g.mark-rect.role-mark path")
    expect(cells).to_have_count(24)
    cells.nth(1 * 8 + 7).click()
    expect(main(page).get_by_text(re.compile(r"Head L1 H7 finds \d of 5"))).to_be_visible()
    expect(page).to_have_url(re.compile("head=L1"))
    main(page).get_by_role("tab", name="Lines").first.click()
    expect(main(page).locator("g.mark-rule line").first).to_be_attached()
    other = browser.new_context(locale="en-US").new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("stMain").get_by_text(re.compile(r"Head L1 H7 finds \d of 5"))).to_be_visible(
        timeout=60_000
    )
    other.context.close()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_pairs_with_gold_are_measured(server: str, page: Page) -> None:
    page.goto(f"{server}/translation?tab=gold&models=marian-en-zh")
    expect(main(page).get_by_text("It is better than word order alone")).to_be_visible()
    file_chooser(page).set_input_files({"name": "gold.csv", "mimeType": "text/csv", "buffer": GOLD.encode()})
    expect(main(page).get_by_text("24 pairs with gold links.")).to_be_visible()
    main(page).get_by_role("button", name="Measure every head of the chosen models").click()
    expect(main(page).get_by_text("Best head, chosen on one half")).to_have_count(2, timeout=120_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_each_page_opens_on_its_own_models_until_the_reader_chooses(server: str, page: Page) -> None:
    page.goto(f"{server}/")
    menu(page).get_by_text("Tasks").click()
    page.get_by_role("menuitem", name="Translation").click()
    expect(main(page).get_by_text("marian-en-zh", exact=True).first).to_be_visible()
    menu(page).get_by_text("Attention").click()
    expect(main(page).get_by_text("Head of minilm", exact=True).first).to_be_visible()
