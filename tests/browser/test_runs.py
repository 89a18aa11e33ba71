"""Runs in a real browser: two people measure at once, one leaves and comes back, one cancels and goes on."""

import re
from zipfile import ZipFile

from playwright.sync_api import Browser, Page, expect
from screen import file_chooser, main

SENTENCES = [
    f"Ship {number} left the harbour before the {word} rose over the hills.\tIt carried {number} lamps."
    for number in range(40)
    for word in ("sun", "moon", "fog", "wind")
]


def bring(page: Page, server: str, name: str, rows: list[str]) -> None:
    """Upload pairs and wait until the page says what they will cost."""
    page.goto(f"{server}/runs?tab=new&models=minilm&models=minilm%40random")
    file_chooser(page).set_input_files(
        {"name": name, "mimeType": "text/tab-separated-values", "buffer": "\n".join(rows).encode()}
    )
    expect(main(page).get_by_text(re.compile("It will cost about"))).to_be_visible()


def start(page: Page) -> None:
    main(page).get_by_role("button", name="Start").click()


def open_finished(page: Page, name: str) -> None:
    expect(main(page).get_by_text(f"{name} is finished.")).to_be_visible()
    main(page).get_by_role("button", name="Open it").click()


def test_two_people_measure_one_after_the_other(server: str, browser: Browser, page: Page) -> None:
    other_context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    other_context.set_default_timeout(60_000)
    other = other_context.new_page()
    bring(page, server, "long.tsv", SENTENCES * 25)
    bring(other, server, "short.tsv", SENTENCES[:6])
    start(page)
    expect(
        main(page).get_by_text(re.compile(r"long\.tsv · minilm: [\d,]+ of 8,000 · \d+ pairs per second, .+ left"))
    ).to_be_visible()
    start(other)
    expect(main(other).get_by_text("short.tsv waits for its turn: one job comes before it.")).to_be_visible()

    # Leave, close, and come back by the address.
    expect(page).to_have_url(re.compile("run=[0-9a-f]{32}"))
    address = page.url
    page.get_by_role("link", name="Attention").click()
    expect(page.get_by_role("heading", name="Attention")).to_be_visible()
    page.goto(address)
    expect(main(page).get_by_text(re.compile(r"long\.tsv · minilm"))).to_be_visible()

    # Cancelled, it makes room for the one that waits.
    key = re.search("run=([0-9a-f]{32})", address)[1]  # type: ignore[index]
    main(page).locator(f".st-key-cancel-{key}").get_by_role("button").click()
    expect(main(page).get_by_text("It was cancelled. What is finished is kept.")).to_be_visible()
    open_finished(other, "short.tsv")
    expect(main(other).get_by_text(re.compile("6 pairs")).first).to_be_visible()
    with other.expect_download() as download:
        main(other).get_by_role("button", name="Download (ZIP of tables)").click()
    with ZipFile(download.value.path()) as packed:
        assert any(name.endswith("heads.parquet") for name in packed.namelist())

    # What was cancelled goes on to its end.
    main(page).get_by_role("button", name="Go on").click()
    expect(main(page).get_by_text(re.compile(r"long\.tsv · minilm"))).to_be_visible()
    main(page).locator(f".st-key-cancel-{key}").get_by_role("button").click()
    main(page).get_by_role("button", name="Delete", exact=True).click()  # not: this file from the list
    page.get_by_role("button", name="Yes, delete it").click()
    expect(main(page).get_by_text(re.compile("long.tsv is not finished"))).to_have_count(0)
    other_context.close()


def test_a_run_is_evidence_on_another_page(server: str, page: Page) -> None:
    page.goto(f"{server}/runs")
    expect(main(page).get_by_text(re.compile(r"1,\d+ pairs")).first).to_be_visible()
    expect(main(page).get_by_test_id("stVegaLiteChart").locator("svg, canvas").first).to_be_visible()
    main(page).get_by_role("link", name="Compare its models").click()
    expect(page.get_by_role("heading", name="Compare models")).to_be_visible()
    expect(main(page).get_by_text(re.compile(r"1,\d+ pairs")).first).to_be_visible()
    expect(main(page).get_by_text(re.compile(r"The median head: minilm .*smollm2@random"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_phone_reads_a_run(server: str, phone: Page) -> None:
    phone.goto(f"{server}/runs?lang=zh")
    expect(main(phone).get_by_test_id("stVegaLiteChart").locator("svg, canvas").first).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
