"""Parts of pages that draw from a run, in one visit of a real browser: detectors and needles, models compared by them, the
weights of a head, what heads add to a prediction, and regions of a text.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from detector_run import with_detectors
from playwright.sync_api import Locator, Page, expect
from screen import box, main, settled
from tiny import put_gpt2, put_tokenizer

import mhattn_core as mh
from mhattn_core.text.gallery import gallery

HEADS = 6


@pytest.fixture
def network(runs: Path, tmp_path: Path) -> Iterator[str]:
    """Random, of two layers; the run ``tiny`` is of it. The run ``run`` has detectors and needles written by hand."""
    name = str(put_gpt2(put_tokenizer(tmp_path / "model")))
    measures = ("basic", "circuits", "attribution")
    mh.analyze([name], [gallery()["cat-mat"].pair], out=runs / "tiny", measures=measures)
    with_detectors("examples-en", runs)
    yield quote(name)
    for folder in ("tiny", "run"):
        shutil.rmtree(runs / folder)


def cells(page: Page, chart: str) -> Locator:
    found = main(page).locator(f".st-key-wide-{chart} g.mark-rect.role-mark path")
    expect(found.first).to_be_visible()
    return found


def test_parts_that_draw_from_a_run_open_and_take_clicks(server: str, page: Page, network: str) -> None:
    page.goto(f"{server}/head_roles?models=smollm2&tab=patterns&shapes=induction&detector=induction&evidence=run")
    expect(main(page).get_by_text("2 of 3 heads of smollm2").first).to_be_visible()
    expect(main(page).get_by_text("are retrieval heads").first).to_be_visible()
    expect(main(page).get_by_text("Without the 3 heads that look up most").first).to_be_visible()

    page.goto(f"{server}/compare_models?models=minilm&measure=sink.64&evidence=run")
    expect(cells(page, "grid-0")).to_have_count(3)
    cells(page, "grid-0").nth(1).click()
    expect(box(page, "Head")).to_have_value("minilm · L3 H1")

    page.goto(f"{server}/inside_a_head?models={network}&tab=weights&evidence=tiny")
    expect(main(page).get_by_text("copy what they look at").first).to_be_visible()
    expect(main(page).get_by_text("read most of what an earlier head writes").first).to_be_visible()
    expect(cells(page, "copying")).to_have_count(HEADS)
    cells(page, "copying").nth(4).click()
    expect(box(page, "Head")).to_have_value("L1 H1")

    page.goto(f"{server}/fusion?models={network}&tab=prediction&evidence=tiny")
    expect(cells(page, "attribution")).to_have_count(HEADS)
    cells(page, "attribution").nth(2).click()
    main(page).get_by_role("tab", name="Weights or norms").click()
    expect(box(page, "Head")).to_have_value("L0 H2")

    page.goto(f"{server}/attention?models=minilm")
    settled(page)
    main(page).get_by_text("Share of each region of the text").click()
    expect(main(page).locator(".st-key-regions-opened").get_by_test_id("stVegaLiteChart")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
