"""What a reader sees without scrolling: on every page its finding in words, and the whole of its first chart."""

import re

import pytest
from playwright.sync_api import Page, expect
from screen import main, settled

WIDTH, FOLD = 1280, 720
FINDINGS = {
    "head": r"does best on",
    "head_roles": r"Strongest: ",
    "redundancy": r"Heads with a redundant partner",
    "compare_models": r"The median head: ",
    "fault_tolerance": r"It translates",
    "translation": r"gold links",
    "runs": r"The median head: ",
    "home": r"In marian-zh-en head",
    "fusion": r"Most is added to",
}
"""What each page says first."""


@pytest.mark.parametrize("name", FINDINGS)
def test_the_finding_and_its_whole_chart_stand_above_the_fold(server: str, page: Page, name: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": FOLD})
    page.goto(f"{server}/{name}")
    sentence = main(page).get_by_text(re.compile(FINDINGS[name])).first
    expect(sentence).to_be_visible()
    # Until all is drawn, the first chart there is may be one that stands further below.
    settled(page)
    chart = main(page).get_by_test_id("stVegaLiteChart").locator("visible=true").first
    expect(chart.locator("svg, canvas").first).to_be_visible()
    for part in (sentence, chart):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= FOLD + 1, part
