"""Summarisation in a real browser: a stored result, a click, a run, files, a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from screen import main, settled

from mhattn_core.models.catalogue import entries
from mhattn_core.runs import store

SMOLLM2 = pytest.mark.skipif(
    entries()["smollm2"].path() is None, reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2"
)
pytestmark = pytest.mark.skipif(
    store.get("documents-en") is None, reason="the run documents-en does not ship with this copy"
)
TABLE = "document,summary\n" + '"The cat sat on the mat.\n\nThe dog ran home in the rain.",The dog ran home.\n'
LONG = "\n\n".join(
    f"In year {year} the harvest of the village was poor, and nobody sold bread at the market of the town."
    for year in range(1500, 1560)
)


def cells(page: Page, key: str) -> Locator:
    """The topmost rectangles of a picture, which take the clicks."""
    chart = main(page).locator(f".st-key-wide-{key}")
    chart.scroll_into_view_if_needed()
    found = chart.locator("g.mark-rect.role-mark").last.locator("path")
    expect(found.first).to_be_attached()
    return found


def run_live(page: Page) -> None:
    """Press the button, once it is the only one: what was drawn before may stand until the script has ended."""
    button = main(page).get_by_role("button", name="Run smollm2 live")
    expect(button).to_have_count(1)
    button.click()


def open_page(server: str, page: Page, query: str = "") -> None:
    page.goto(f"{server}/summarisation{query}")
    expect(main(page).get_by_text(re.compile("stored: smollm2|run here: smollm2")).first).to_be_visible()
    expect(main(page).get_by_text(re.compile(r"of its attention to the document from segment"))).to_be_visible()


def test_a_click_opens_a_head_and_a_word_and_a_link_the_same_again(server: str, page: Page) -> None:
    open_page(server, page)
    cells(page, "segment-heads").nth(21 * 9 + 7).click()
    expect(main(page).get_by_text(re.compile("^In L21 H7,"))).to_be_visible()
    cells(page, "segments").nth(2 * 5 + 1).click()
    expect(
        main(page).get_by_test_id("stSelectbox").filter(has_text="Part of the summary").locator("input")
    ).to_have_value("nurse (3)")
    expect(page).to_have_url(re.compile("summary_head=L21"))
    page.goto(page.url)
    expect(main(page).get_by_text(re.compile("^In L21 H7,"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_another_document_and_its_sentences(server: str, page: Page) -> None:
    open_page(server, page)
    main(page).get_by_test_id("stSelectbox").filter(has_text="Document of the gallery").locator("input").click()
    page.get_by_role("option", name="Counting seals").click()
    expect(main(page).get_by_text("Every June a small plane")).to_be_visible()
    main(page).get_by_role("radio", name="Sentences").last.click()
    expect(cells(page, "segments")).to_have_count(3 * 5)
    expect(page).to_have_url(re.compile("document=Counting.*rows_of=sentences|rows_of=sentences.*document=Counting"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


@SMOLLM2
def test_it_runs_live_and_can_be_saved(server: str, page: Page) -> None:
    open_page(server, page, "?document=Bread+at+night")
    run_live(page)
    expect(main(page).get_by_text("run here: smollm2")).to_be_visible(timeout=240_000)
    settled(page)
    main(page).get_by_test_id("stPopover").filter(has_text="Download").first.get_by_role("button").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


@SMOLLM2
def test_a_table_is_brought_and_read(server: str, page: Page) -> None:
    open_page(server, page)
    main(page).get_by_role("radio", name="A table").click()
    main(page).get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "two.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    expect(main(page).get_by_text("1 documents from two.csv")).to_be_visible()
    settled(page)
    run_live(page)
    expect(main(page).get_by_text("run here: smollm2")).to_be_visible(timeout=240_000)
    expect(main(page).get_by_text("The dog ran home in the rain.").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@SMOLLM2
def test_a_long_document_shows_its_windows_and_a_stop_takes_nothing_away(server: str, page: Page) -> None:
    open_page(server, page, "?from=files")
    chooser = main(page).get_by_test_id("stFileUploader").locator("input[type=file]")
    for number, (name, text) in enumerate(
        (("long.txt", LONG), ("short.txt", "The harvest was poor. Nobody sold bread."))
    ):
        chooser.nth(number).set_input_files({"name": name, "mimeType": "text/plain", "buffer": text.encode()})
        expect(main(page).get_by_text(name)).to_be_visible()
    expect(main(page).get_by_text(re.compile(r"tokens in \d windows"))).to_be_visible()
    settled(page)
    run_live(page)
    main(page).get_by_role("button", name="Stop").click()
    expect(main(page).get_by_role("button", name="Stop")).to_have_count(0)
    expect(main(page).get_by_text("In year 1500 the harvest")).to_be_visible()
    run_live(page)
    expect(main(page).get_by_text("Too long for one pass")).to_be_visible(timeout=240_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_phone_reads_one_part_at_a_time(server: str, phone: Page) -> None:
    open_page(server, phone)
    expect(main(phone).locator(".st-key-wide-segments")).to_be_hidden()
    expect(main(phone).locator(".st-key-narrow-segments")).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
