"""The page Attention in a real browser: all in view, pointed at, chosen by keyboard, clicked, on a phone and on paper."""

import re

from playwright.sync_api import Locator, Page, expect
from screen import main, settled

FOLD = 720


def lines(page: Page, *, narrow: bool = False) -> Locator:
    """The lines that stand, each called such as ``minilm · L2 H8: the → mat 0.84``."""
    return chart(page, narrow=narrow).locator('line[aria-label*=" → "]')


def chart(page: Page, *, narrow: bool = False) -> Locator:
    return main(page).locator(f".st-key-{'narrow' if narrow else 'wide'}-lines")


def word(page: Page, text: str) -> Locator:
    return chart(page).locator("svg text", has_text=re.compile(f"^{text}$")).first


def names(found: Locator) -> list[str]:
    return [str(name) for name in found.evaluate_all("lines => lines.map(line => line.getAttribute('aria-label'))")]


def choose(page: Page, name: str, value: str) -> None:
    chart(page).locator(f"select[name={name}]").select_option(value)


def thumbnails(page: Page) -> Locator:
    return main(page).locator(".st-key-glance-0 svg.marks")


def bottom(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_sentence_chart_and_all_heads_stand_in_view_at_once(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": FOLD})
    for pair in ("The+cat+sits+on+the+mat", "The+cat+climbed+%E2%80%A6+%2F+It+was+tired."):
        page.goto(f"{server}/attention?pair={pair}")
        said = main(page).get_by_text(re.compile("of its attention on")).first
        expect(said).to_be_visible()
        expect(lines(page).first).to_be_visible()
        expect(thumbnails(page)).to_be_visible()
        drawn = chart(page).locator("svg.marks")
        assert max(bottom(one) for one in (said, drawn, thumbnails(page))) <= FOLD
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_a_word_pointed_at_shows_its_lines_in_every_model_without_the_server(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm&models=minilm@random")
    expect(lines(page).first).to_be_visible()
    before = lines(page).count()
    page.context.set_offline(True)
    word(page, "sits").hover(force=True)
    expect(chart(page).locator("select[name=word_place]")).to_have_value("3")
    shown = names(lines(page))
    assert 0 < len(shown) < before
    assert {name.split(": ")[1].split(" → ")[0] for name in shown} == {"sits"}
    assert {name.split(" · ")[0] for name in shown} == {"minilm", "minilm@random"}
    page.mouse.move(5, 5)
    expect(lines(page)).to_have_count(before)
    # A line is not a word: pointing at it takes nothing away.
    lines(page).first.hover(force=True)
    expect(page.locator("#vg-tooltip-element")).to_contain_text("weight")
    expect(lines(page)).to_have_count(before)


def test_the_same_is_chosen_by_keyboard_and_the_chart_says_its_finding(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    expect(lines(page).first).to_be_visible()
    drawn = chart(page).get_by_test_id("stVegaLiteChart")
    expect(drawn).to_have_attribute("tabindex", "0")
    expect(drawn).to_have_attribute("aria-label", re.compile("the puts 0.84 of its attention on mat"))
    drawn.focus()
    page.keyboard.press("Tab")
    expect(chart(page).locator("select[name=word_place]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(chart(page).locator("select[name=word_place]")).to_have_value("1")
    assert {name.split(": ")[1].split(" → ")[0] for name in names(lines(page))} == {"The"}


def test_layer_heads_and_block_are_chosen_without_the_server(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm&pair=The+cat+climbed+%E2%80%A6+%2F+It+was+tired.")
    expect(lines(page).first).to_be_visible()
    page.context.set_offline(True)
    choose(page, "in_layer", "2")
    choose(page, "show", "all")
    choose(page, "block", "ba")
    every = names(lines(page))
    assert all(re.match(r"minilm · L2 H\d+: (It|was|tired|\.) → ", name) for name in every)
    assert len({name.split(":")[0] for name in every}) > 3
    # A click on a colour takes that head alone.
    head = int(re.findall(r"H(\d+)", every[0])[0])
    chart(page).locator("g.mark-symbol path").nth(head).click()
    assert {name.split(":")[0] for name in names(lines(page))} == {f"minilm · L2 H{head}"}
    choose(page, "show", "mean")
    choose(page, "block", "")
    assert {name.split(":")[0] for name in names(lines(page))} == {"minilm · L2"}


def test_a_click_on_a_thumbnail_opens_that_head_and_nothing_jumps(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": FOLD})
    page.goto(f"{server}/attention?models=minilm&models=minilm@random")
    box = main(page).get_by_role("combobox", name=re.compile("Head of minilm"))
    expect(box.first).to_have_value("L2 H8 (suggested)")
    cells = thumbnails(page).locator("g.mark-rect path")
    expect(cells).to_have_count(72)
    expect(lines(page).first).to_be_visible()
    before = thumbnails(page).bounding_box(), chart(page).bounding_box()
    cells.nth(4 * 12 + 5).click()
    expect(box.first).to_have_value("L4 H5")
    expect(box.nth(1)).to_have_value("L4 H5 (linked)")
    expect(page).to_have_url(re.compile("head=L4"))
    expect(lines(page).first).to_have_attribute("aria-label", re.compile("L4 H5"))
    settled(page)
    expect(thumbnails(page)).to_be_visible()
    expect(chart(page)).to_be_visible()
    after = thumbnails(page).bounding_box(), chart(page).bounding_box()
    for one, other in zip(before, after, strict=True):
        assert one is not None
        assert other is not None
        assert abs(one["y"] - other["y"]) < 1
    assert page.evaluate("document.scrollingElement.scrollTop") == 0


def test_a_phone_shows_models_one_below_another(server: str, phone: Page) -> None:
    phone.goto(f"{server}/attention?models=minilm&models=minilm@random")
    expect(lines(phone, narrow=True).first).to_be_visible()
    expect(chart(phone)).to_be_hidden()
    titles = chart(phone, narrow=True).locator("svg text", has_text=re.compile(r" · L\d+ H\d+$"))
    expect(titles).to_have_count(2)
    first, second = (title.bounding_box() for title in titles.all())
    assert first is not None
    assert second is not None
    assert second["y"] > first["y"] + 100
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_paper_shows_sentence_and_chart_without_boxes(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm")
    expect(lines(page).first).to_be_visible()
    page.emulate_media(media="print")
    expect(main(page).get_by_text(re.compile("of its attention on")).first).to_be_visible()
    expect(chart(page).locator("svg.marks")).to_be_visible()
    expect(chart(page).locator("form.vega-bindings")).to_be_hidden()
    expect(main(page).locator(".st-key-attention-options")).to_be_hidden()


def test_a_cell_pointed_at_lights_up_in_every_matrix_without_the_server(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm&models=minilm@random&form=matrix")
    cells = main(page).locator(".st-key-wide-matrix svg.marks path[aria-label*=' → ']")
    pointed = cells.and_(page.locator("[aria-label*=': sits → cat ']"))
    expect(pointed).to_have_count(2)

    def framed() -> list[str]:
        return [
            str(name)
            for name in cells.evaluate_all(
                "all => all.filter(one => one.getAttribute('stroke') === '#d1495b').map(one => one.ariaLabel)"
            )
        ]

    assert framed() == []
    page.context.set_offline(True)
    pointed.first.hover(force=True)
    expect(cells.and_(page.locator("[stroke='#d1495b']"))).to_have_count(2)
    assert all(": sits → cat " in name for name in framed())
    assert {name.split(":")[0] for name in framed()} == {"minilm · L2 H8", "minilm@random · L2 H8"}
    # Neither word: paler than a cell that shares one.
    faint = cells.and_(page.locator("[aria-label*=': mat → mat ']")).first
    row = cells.and_(page.locator("[aria-label*=': sits → mat ']")).first
    assert float(faint.get_attribute("opacity") or 1) < float(row.get_attribute("opacity") or 1)


def test_a_cell_that_is_clicked_is_a_weight_that_is_taken_out(server: str, page: Page) -> None:
    page.goto(f"{server}/attention?models=minilm&form=matrix&pair=The+cat+sits+on+the+mat")
    cell = main(page).locator('.st-key-wide-matrix path[aria-label*="cat → sits"]')
    cell.click()
    said = main(page).get_by_text(re.compile(r"without the weight of 0\.\d\d from cat on sits the change is"))
    expect(said).to_be_visible()
    expect(said).to_contain_text("of the 6 words that cat may look at")
