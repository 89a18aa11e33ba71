"""The dashboard in a real browser: open, choose, click a head, type a pair, come back by a link."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import main, menu, settled


def head_box(page: Page) -> Locator:
    return main(page).get_by_test_id("stSelectbox").first.locator("input").first


def first_sentence(page: Page) -> Locator:
    return page.get_by_label("First sentence", exact=True)


def type_first(page: Page, text: str) -> None:
    first_sentence(page).fill(text)
    first_sentence(page).press("Control+Enter")
    word = text.replace("<", " ").split()[-1].strip(">'/")
    expect(page.get_by_test_id("stSidebar").locator(".mh-chip", has_text=word).first).to_be_visible()


def test_the_note_shows_a_claim_with_a_live_picture(server: str, page: Page) -> None:
    page.goto(f"{server}/home")
    expect(main(page).get_by_role("heading", name="What do attention heads do?")).to_be_visible()
    expect(main(page).get_by_text(re.compile("In marian-zh-en head L"))).to_be_visible()
    expect(main(page).get_by_test_id("stVegaLiteChart").first.locator("svg, canvas").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_claim_leads_to_its_head_on_attention(server: str, page: Page) -> None:
    page.goto(f"{server}/?chapter=2")
    main(page).get_by_text("Open this head on Attention").click()
    expect(main(page).get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(head_box(page)).to_have_value(re.compile(r"L\d+ H\d+"))
    expect(main(page).get_by_text(re.compile("of its attention on")).first).to_be_visible()


def test_a_link_reopens_the_view_after_a_cold_start(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?pair=The+quick+brown+fox+%E2%80%A6&head=L3+H7&tokens=true&models=minilm")
    expect(head_box(page)).to_have_value("L3 H7")
    expect(first_sentence(page)).to_have_value(re.compile("The quick brown fox"))
    expect(main(page).get_by_role("heading", name="minilm@random")).to_have_count(0)
    expect(main(page).locator(".st-key-wide-lines svg text", has_text="[CLS]").first).to_be_visible()
    # The menu is the router's own, not a list of files.
    expect(menu(page).get_by_text("dashboard")).to_have_count(0)


def test_the_page_that_opens_is_found_by_its_name_too(server: str, page: Page) -> None:
    page.goto(f"{server}/overview?models=minilm&models=minilm%40random&view=pattern")
    expect(main(page).get_by_role("heading", name="How do the heads of these models differ?")).to_be_visible()
    settled(page)
    assert "models=minilm%40random" in page.url
    assert "view=pattern" in page.url
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_another_sentence_opens_on_another_head_and_its_box_says_so(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    expect(head_box(page)).to_have_value("L2 H8 (suggested)")
    type_first(page, "Students read long books because teachers asked them")
    expect(main(page).get_by_text(re.compile("of the heads with a role in the run")).first).to_be_visible()
    expect(head_box(page)).to_have_value(re.compile(r"L\d+ H\d+ \(suggested\)"))
    expect(main(page).get_by_text("looks at the previous word")).to_have_count(0)


def test_a_typed_pair_and_the_head_survive_page_changes(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?head=L3+H7")
    expect(head_box(page)).to_have_value("L3 H7")
    type_first(page, "<b>My</b> dog sleeps")
    expect(main(page).get_by_text(re.compile("of its attention on")).first).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(main(page).get_by_role("heading", name="How do the heads of these models differ?")).to_be_visible()
    expect(first_sentence(page)).to_have_value("<b>My</b> dog sleeps")
    page.get_by_role("link", name="Attention", exact=True).click()
    expect(head_box(page)).to_have_value("L3 H7")
    expect(first_sentence(page)).to_have_value("<b>My</b> dog sleeps")
    # What a person typed is not in the address.
    assert "dog" not in page.url
    page.go_back()
    expect(first_sentence(page)).to_have_value("<b>My</b> dog sleeps")


def test_hostile_text_is_shown_and_does_not_run(server: str, page: Page) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{server}/attention?models=minilm")
    expect(first_sentence(page)).to_have_value("The cat sits on the mat")
    type_first(page, "<img src=x onerror=alert(1)> '];alert(2)// boo")
    expect(main(page).get_by_text(re.compile("of its attention on")).first).to_be_visible()
    expect(page.get_by_test_id("stSidebar").locator(".mh-chip", has_text="onerror")).to_be_visible()
    expect(page.locator("img[src=x]")).to_have_count(0)
    assert not dialogs


def test_chinese_by_address_and_by_browser(server: str, page: Page) -> None:
    page.goto(f"{server}/home?lang=zh")
    expect(main(page).get_by_role("heading", name="注意力头在做什么？")).to_be_visible()
    expect(page.get_by_role("link", name="注意力", exact=True)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_text("English").click()
    expect(main(page).get_by_role("heading", name="What do attention heads do?")).to_be_visible()


def test_own_sentence_opens_attention(server: str, page: Page) -> None:
    page.goto(f"{server}/home")
    page.get_by_label("A sentence in any language").fill("Birds that sing wake early")
    main(page).get_by_role("button", name=re.compile("Show attention")).click()
    expect(main(page).get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(first_sentence(page)).to_have_value("Birds that sing wake early")
