"""Where a browser test looks: the page without its sidebar, and its boxes by their labels."""

import re

from playwright.sync_api import Locator, Page, expect


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def box(page: Page, label: str) -> Locator:
    """The field of the box whose label begins so."""
    return main(page).get_by_test_id("stSelectbox").filter(has_text=re.compile(f"^{label}")).locator("input").first


def menu(page: Page) -> Locator:
    """The menu of pages across the top."""
    return page.get_by_test_id("stHeader")


def settled(page: Page) -> None:
    """Nothing is drawn any more."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
