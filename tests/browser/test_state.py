"""Reload, Back, Forward and links give the same view, and nobody else's sentences."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from screen import box, file_chooser, main, settled

from mhattn_core.ui.visit import SCRIPT

SENTENCE = "My neighbour feeds foxes"


def models(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_test_id("stMultiSelect")


def first_sentence(page: Page) -> Locator:
    return page.get_by_label("First sentence", exact=True)


def pair(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").first.locator("input")


def title(page: Page, text: str) -> None:
    expect(main(page).get_by_role("heading", level=1, name=text, exact=True)).to_be_visible()
    settled(page)


def type_first(page: Page, text: str) -> None:
    first_sentence(page).fill(text)
    first_sentence(page).press("Control+Enter")
    expect(page.get_by_test_id("stSidebar").locator(".mh-chip", has_text=text.split()[-1])).to_be_visible()
    settled(page)


def test_back_and_forward_lead_to_the_page_before_with_its_models_and_pair(server: str, page: Page) -> None:
    page.goto(f"{server}/methods")
    title(page, "Methods")
    page.get_by_role("link", name="Specialisation", exact=True).click()
    title(page, "Specialisation")
    expect(models(page)).to_contain_text("smollm2")
    page.get_by_role("link", name="Redundancy", exact=True).click()
    title(page, "Redundancy")
    expect(models(page)).not_to_contain_text("smollm2")
    expect(first_sentence(page)).to_have_value(re.compile("The keys"))
    expect(page.get_by_text("Models and sentences are this page's own examples")).to_be_visible()
    page.go_back()
    title(page, "Specialisation")
    expect(models(page)).to_contain_text("smollm2")
    page.go_back()
    title(page, "Methods")
    page.go_forward()
    title(page, "Specialisation")
    page.go_forward()
    title(page, "Redundancy")
    expect(models(page)).not_to_contain_text("smollm2")
    expect(first_sentence(page)).to_have_value(re.compile("The keys"))


def test_a_typed_sentence_survives_a_reload_and_nobody_elses_browser_has_it(
    server: str, page: Page, browser: Browser
) -> None:
    page.goto(f"{server}/attention?models=minilm")
    title(page, "Attention")
    type_first(page, SENTENCE)
    page.reload()
    title(page, "Attention")
    expect(first_sentence(page)).to_have_value(SENTENCE)
    expect(pair(page)).to_have_value("My own 1")
    assert "foxes" not in page.url
    (cookie,) = (cookie for cookie in page.context.cookies() if cookie["name"].startswith("mhattn-"))
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in page.url

    stranger = browser.new_context(locale="en-US").new_page()
    stranger.goto(page.url)
    title(stranger, "Attention")
    expect(stranger.get_by_text("which is not offered here")).to_be_visible()
    assert SENTENCE not in stranger.content()
    # Who guesses a key gets a visit of their own.
    stranger.context.add_cookies([{"name": cookie["name"], "value": "guessed", "url": server}])
    stranger.reload()
    title(stranger, "Attention")
    assert SENTENCE not in stranger.content()
    stranger.context.close()


@pytest.mark.parametrize(
    ("protocol", "framed", "attributes"),
    [
        ("http:", False, "SameSite=Strict"),
        ("http:", True, "SameSite=Strict"),
        ("https:", False, "SameSite=Strict; Secure"),
        ("https:", True, "SameSite=None; Secure; Partitioned"),
    ],
)
def test_only_inside_a_page_of_another_site_the_cookie_is_sent_there(
    page: Page, protocol: str, framed: bool, attributes: str
) -> None:
    run = """([script, protocol, framed]) => {
        const [document, self] = [{}, {}];
        new Function('document', 'location', 'self', 'top', script)(document, { protocol }, self, framed ? {} : self);
        return document.cookie;
    }"""
    written = page.evaluate(run, [SCRIPT % ('"mhattn-1=key"', 60), protocol, framed])
    assert written == f"mhattn-1=key; path=/; max-age=60; {attributes}"


def test_back_returns_to_the_sentence_of_the_page_before(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    title(page, "Attention")
    type_first(page, SENTENCE)
    page.get_by_role("link", name="Redundancy", exact=True).click()
    title(page, "Redundancy")
    expect(first_sentence(page)).to_have_value(SENTENCE)
    expect(models(page)).not_to_contain_text("random")
    pair(page).click()
    page.get_by_role("option", name="The quick brown fox …").click()
    expect(first_sentence(page)).to_have_value(re.compile("The quick"))
    settled(page)
    page.go_back()
    title(page, "Attention")
    expect(first_sentence(page)).to_have_value(SENTENCE)
    page.go_forward()
    title(page, "Redundancy")
    expect(first_sentence(page)).to_have_value(re.compile("The quick"))


def test_a_link_holds_the_head_that_was_chosen_last(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    title(page, "Attention")
    main(page).get_by_text("Share", exact=True).click()
    link = main(page).locator("code", has_text="models=minilm")
    expect(link).to_be_visible()
    field = box(page, "minilm|Head of minilm")
    field.fill("L5 H11")
    field.press("Enter")
    expect(link).to_contain_text("head=L5+H11")
    page.goto(link.inner_text())
    title(page, "Attention")
    expect(box(page, "minilm|Head of minilm")).to_have_value("L5 H11")


def test_chosen_data_and_language_stay_after_a_change_of_pages_and_a_reload(server: str, page: Page) -> None:
    page.goto(f"{server}/methods?evidence=examples-en&lang=zh")
    title(page, "方法")
    page.get_by_role("link", name="专门化", exact=True).click()
    expect(page).to_have_url(re.compile("evidence=examples-en"))
    page.reload()
    expect(page.get_by_role("link", name="专门化", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").nth(1).locator("input")).to_have_value(
        re.compile("examples-en|60")
    )


def test_two_clicks_tell_which_head_does_the_same_in_another_model_and_what_breaks_without_it(
    server: str, page: Page
) -> None:
    page.goto(server)
    drawn = main(page).locator(".st-key-wide-overview canvas").first
    expect(drawn).to_be_visible()
    drawn.click(position={"x": 24 + 0.5 * 18, "y": 46 + 2.5 * 10})  # the first: L2 H0 of minilm
    expect(box(page, "Head")).to_have_value("minilm · L2 H0")
    expect(main(page).get_by_text(re.compile("^counterpart: smollm2 · L")).first).to_be_visible()
    expect(main(page).get_by_text("ablation effect, displacement (1 − cosine): ")).to_be_visible()
    main(page).get_by_role("button", name=re.compile("Its counterpart: smollm2")).click()  # the second
    expect(box(page, "Head")).to_have_value(re.compile("smollm2 · L"))
    expect(main(page).get_by_text("ablation effect, loss added (nats per token): ")).to_be_visible()


def test_a_file_that_was_brought_survives_a_reload_and_leads_to_what_it_can_be_measured_by(
    server: str, page: Page
) -> None:
    page.goto(server)
    main(page).get_by_text("Your own sentence, or a file of pairs").click()
    file_chooser(page).set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"source,target\nRain fell.,The roof leaked.\n"}
    )
    expect(main(page).get_by_text("1 pair from mine.csv")).to_be_visible()
    settled(page)
    main(page).get_by_role("link", name="Measure these pairs").click()
    title(page, "Datasets and results")
    expect(box(page, "Your files")).to_have_value("mine.csv")
    page.goto(server)
    title(page, "How do the heads of these models differ?")
    page.get_by_role("link", name="Data", exact=True).click()
    main(page).get_by_role("tab", name="Measure my pairs").click()
    expect(box(page, "Your files")).to_have_value("mine.csv")
    for name in ("Quick", "Roles", "Redundancy", "Everything"):
        expect(main(page).get_by_text(name, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Pairs of your files")).to_be_visible()


def test_a_typed_document_survives_a_reload(server: str, page: Page) -> None:
    page.goto(f"{server}/summarisation?from=typed")
    document = page.get_by_label("Document", exact=True).last
    document.fill("Rain fell.\n\nThe river rose.")
    document.press("Control+Enter")
    expect(main(page).get_by_text("The river rose.").last).to_be_visible()
    settled(page)
    page.reload()
    expect(page.get_by_label("Document", exact=True).last).to_have_value("Rain fell.\n\nThe river rose.")


def test_a_model_that_cannot_be_had_says_so_in_the_first_view(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/attention?models=minilm&models=./nowhere")
    said = main(page).get_by_test_id("stAlert").first
    expect(said).to_contain_text("no model in the folder")
    settled(page)
    where = said.bounding_box()
    assert where is not None
    assert where["y"] + where["height"] < 720
