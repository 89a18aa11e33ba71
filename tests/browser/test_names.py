"""A model's name that is full of markup, in a real browser, which alone tells what Streamlit makes of it."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from screen import main, settled
from tiny import put_model

NAME = "my [bold]m[/bold] $x$ *y* :smile: a -> b http://evil.test www.evil.test me@evil.test :material/home: <b>"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path as it would be typed: with the two strokes of an address."""
    folder = tmp_path_factory.mktemp("names")
    put_model(folder / NAME)
    return f"{folder}/{NAME}"


@pytest.mark.parametrize("place", ["attention", "fusion", "inside_a_head"])
def test_it_is_shown_as_it_is_and_no_link(server: str, page: Page, model: str, place: str) -> None:
    page.goto(f"{server}/{place}?{urlencode({'models': ['minilm', model]}, doseq=True)}")
    # The page calls it by its last part, and the sidebar says what that stands for.
    expect(main(page).get_by_text(NAME.rpartition("/")[2]).first).to_be_visible()
    name = page.get_by_test_id("stSidebar").get_by_test_id("stCaptionContainer").filter(has_text="evil.test")
    expect(name).to_be_visible()
    assert NAME in name.inner_text().replace("\N{WORD JOINER}", "")
    expect(page.locator("a[href*='//evil.test'], a[href*='www.evil.test'], a[href^='mailto:']")).to_have_count(0)


def test_who_points_at_a_short_name_reads_the_full_one(server: str, page: Page, tmp_path: Path) -> None:
    put_model(tmp_path / "tuned")
    full = f"tuned: {tmp_path}/tuned"
    page.goto(f"{server}/attention?{urlencode({'models': ['minilm', f'{tmp_path}/tuned']}, doseq=True)}")
    box = main(page).get_by_text("Head of tuned", exact=True)
    expect(box).to_be_visible()
    settled(page)
    box.hover()
    expect(box).to_have_attribute("title", full)
    drawn = main(page).locator("svg text", has_text="tuned").first
    drawn.hover()
    expect(drawn.locator("title")).to_have_text(full)
    other = main(page).get_by_text("Head of minilm", exact=True)
    other.hover()
    expect(other).not_to_have_attribute("title", re.compile("."))
