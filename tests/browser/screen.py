"""Where a browser test looks: the page without its sidebar, and its boxes by their labels."""

import re

from playwright.sync_api import Locator, Page, expect

BETWEEN_RUNS = 200  # milliseconds: a widget's value is sent a little after it changed


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def box(page: Page, label: str) -> Locator:
    """The field of the box whose label begins so."""
    return main(page).get_by_test_id("stSelectbox").filter(has_text=re.compile(f"^{label}")).locator("input").first


def file_chooser(page: Page) -> Locator:
    """Where one file of pairs is brought; below it two files can be."""
    chooser = main(page).get_by_test_id("stFileUploader").filter(has_text="Sentence pairs, one a row")
    return chooser.locator("input[type=file]")


def menu(page: Page) -> Locator:
    """The menu of pages across the top."""
    return page.get_by_test_id("stHeader")


def settled(page: Page) -> None:
    """The script of the page has run to its end, and nothing that was drawn asks for another run; what the last run left
    out is gone.
    """
    for _run in range(2):
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_have_count(1)
        page.wait_for_timeout(BETWEEN_RUNS)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
