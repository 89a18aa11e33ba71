"""Every page once: what is seen without scrolling, what a screen reader and the keyboard get, and what is printed."""

import re
from collections import Counter
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from screen import main, settled

from mhattn_core.models.catalogue import entries

WIDTH, FOLD = 1280, 720
AA = 4.5
FETCHED = pytest.mark.skipif(
    entries()["smollm2"].path() is None, reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2"
)
PAGES = [
    ("overview", r"heads are attention specialists"),
    ("attention", r"of its attention on"),
    ("attention?form=matrix", r"of its attention on"),
    ("inside_a_head", r"products add up to"),
    ("fusion", r"adds most to"),
    ("head", r"gains most on"),
    ("head_roles", r"Strongest: "),
    ("redundancy", r"Heads with a redundant partner"),
    ("redundancy?view=within", r"Nearest of minilm's 72 heads"),
    ("fault_tolerance", r"It translates"),
    ("compare_models", r"The median head: "),
    # A model of 30 layers.
    pytest.param("compare_models?models=smollm2&models=smollm2@random", r"The median head: ", marks=FETCHED),
    ("compare_models?tab=matched", r"have a counterpart in"),
    ("translation", r"gold links"),
    ("summarisation", r"of its attention to the document"),
    ("runs", r"The median head: "),
    ("home", r"In marian-zh-en head"),
]
"""Each page, and what it says first."""

NAMES = """() => [...document.querySelectorAll(
    '[data-testid="stMain"] :is(input, textarea, select, button, [role="combobox"], [role="radiogroup"])')]
  .filter((one) => one.checkVisibility() && !one.closest('[role="radiogroup"] *, [data-testid="stDataFrame"]'))
  .filter((one) => one.matches('input[role="combobox"], [role="radiogroup"], textarea'))
  .map((one) => one.getAttribute('aria-label') || one.textContent)"""
CHARTS = """() => [...document.querySelectorAll('[data-testid="stMain"] [data-testid="stVegaLiteChart"]')]
  .filter((one) => one.checkVisibility() && one.querySelector('svg, canvas'))
  .map((one) => [one.tabIndex, one.getAttribute('aria-label')
    || one.querySelector('[aria-label]')?.getAttribute('aria-label') || ''])"""
CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((part, at) => part * a + under[at] * (1 - a));
  const ground = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const opacity = (one) => {
    let all = 1;
    for (let at = one; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const texts = '[data-testid="stMain"] :is(p, label, h1, h2, code), [data-testid="stMain"] [role="tab"], '
    + '[data-testid="stMain"] [data-testid^="stBaseButton-segmented"], '
    + '[data-testid="stMain"] svg :is(.role-axis-label, .role-axis-title, .role-legend-label) text';
  return [...document.querySelectorAll(texts)]
    // Labels that had no room are there, and not seen.
    .filter((one) => one.textContent.trim() && one.checkVisibility() && opacity(one) && !one.closest(':disabled, [aria-disabled="true"]'))
    .map((one) => {
      const under = ground(one), style = getComputedStyle(one);
      const ink = parse(one.closest('svg') && one.tagName === 'text' ? style.fill : style.color);
      const seen = over([ink[0], ink[1], ink[2], (ink[3] ?? 1) * opacity(one)], under);
      const [high, low] = [light(seen), light(under)].sort((a, b) => b - a);
      return [one.textContent.trim().slice(0, 40), (high + 0.05) / (low + 0.05)];
    });
}"""


@pytest.mark.parametrize(("name", "finding"), PAGES)
def test_a_page_can_be_seen_heard_and_printed(server: str, page: Page, name: str, finding: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": FOLD})
    page.goto(f"{server}/{name}")
    sentence = main(page).get_by_text(re.compile(finding)).first
    expect(sentence).to_be_visible()
    # Until all is drawn, the first chart there is may be one that stands further below.
    settled(page)
    chart = main(page).get_by_test_id("stVegaLiteChart").locator("visible=true").first
    expect(chart.locator("svg, canvas").first).to_be_visible()
    for part in (sentence, chart):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= FOLD + 1, part
    assert_heard(page)
    assert_contrast(page)
    assert_printed(page, sentence.inner_text())


@pytest.mark.parametrize("name", ["head_roles", "head"])
def test_words_can_be_read_in_the_dark(server: str, page: Page, name: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server}/{name}")
    expect(main(page).get_by_test_id("stVegaLiteChart").locator("svg >> visible=true").first).to_be_visible()
    settled(page)
    assert_contrast(page)


def assert_heard(page: Page) -> None:
    """No two controls go by one name; Tab stops at every chart, and its text is a sentence without Markdown."""
    twice = [name for name, times in Counter(page.evaluate(NAMES)).items() if times > 1]
    assert not twice
    for tab, text in page.evaluate(CHARTS):
        assert tab == 0
        assert len(text) > 12, text
        assert not re.search(r"\*\*|\*\w|\w\*|\\", text), text


def assert_contrast(page: Page) -> None:
    faint = {text: round(ratio, 2) for text, ratio in page.evaluate(CONTRASTS) if ratio < AA}
    assert not faint


def assert_printed(page: Page, said: str) -> None:
    """On paper: what the page found and what is told of it, nothing of the sidebar or the menu."""
    printed = PdfReader(BytesIO(page.pdf(print_background=True)))
    assert len(printed.pages) > 0
    text = " ".join(sheet.extract_text() for sheet in printed.pages)
    words = re.findall(r"[A-Za-z]{4,}", said)[:4]
    assert [word for word in words if word not in text] == []
    for of_the_screen in ("First sentence", "Second sentence", "Edit word boundaries", "How to read this", "Download"):
        assert of_the_screen not in text


def test_no_choice_of_the_distance_is_cut_on_a_phone(server: str, phone: Page) -> None:
    phone.goto(f"{server}/redundancy?view=within")
    last = main(phone).get_by_role("radio", name="1 − CKA of outputs")
    expect(last).to_be_attached()
    box = main(phone).get_by_text("1 − CKA of outputs", exact=True).first.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
