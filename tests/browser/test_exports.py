"""What leaves the dashboard: a figure that is saved, and a page that draws without a network."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

import mhattn_core as mh
from mhattn_core.attention.tables import matrix_table
from mhattn_core.text.claims import matrices


def test_a_figure_is_downloaded_as_pdf(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name=re.compile("Download")).first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("Save the file")).click()
    assert waiting.value.suggested_filename == "minilm-encoder-L2-H8.pdf"
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")


def test_a_saved_page_draws_without_a_network(browser: Browser, tmp_path: Path) -> None:
    note = matrices()["cat-mat"]
    words = ["</script><script>document.title='ran'</script>", *note.keys[1:]]
    path = mh.save(
        mh.charts.matrix(matrix_table(note.weights, note.queries, words)), tmp_path / "figure.html", note="the note"
    )
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    expect(page.locator("#chart svg g.mark-rect.role-mark path")).to_have_count(len(note.queries) * len(words))
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.title().startswith("the note")
    context.close()


def test_streamlits_own_csv_which_is_not_safe_is_not_offered(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name=re.compile("Table")).first.click()
    page.get_by_test_id("stDataFrame").first.hover()
    expect(page.get_by_role("button", name="Search").first).to_be_visible()
    expect(page.get_by_label("Download as CSV").first).to_be_hidden()


def test_a_picture_has_one_download(server: str, page: Page) -> None:
    page.goto(f"{server}/head_roles")
    picture = page.get_by_test_id("stMain").get_by_test_id("stVegaLiteChart").first
    expect(picture).to_be_visible()
    picture.hover()
    expect(page.get_by_role("button", name=re.compile("^Fullscreen")).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Download as|Show data)"))).to_have_count(0)


def test_a_shared_link_opens_the_same_view_in_a_new_browser(server: str, page: Page, browser: Browser) -> None:
    page.goto(f"{server}/attention?models=minilm&head=L3+H7&tokens=true")
    main = page.get_by_test_id("stMain")
    main.get_by_text("Share", exact=True).click()
    link = main.get_by_test_id("stCode").filter(has_text="models=minilm").first.inner_text().strip()
    assert "head=L3" in link
    other = browser.new_context(locale="en-US").new_page()
    other.goto(link)
    expect(other.get_by_test_id("stMain").get_by_role("combobox", name=re.compile("Head")).first).to_have_value(
        "L3 H7", timeout=60_000
    )
    expect(other.locator(".st-key-wide-lines svg text", has_text="[CLS]").first).to_be_visible()
    other.context.close()
