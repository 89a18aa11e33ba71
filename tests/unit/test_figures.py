"""Every finding as a figure that goes into a paper untouched: its size, and words that can be read."""

import re
from functools import cache
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from PIL import ImageFont

import mhattn_core as mh
from mhattn_core.charts.presets import PRESETS
from mhattn_core.charts.save import chart_bytes
from mhattn_core.findings import RUN_FINDINGS

SVG = "{http://www.w3.org/2000/svg}"
RUN = mh.Run.open("ewt-dev")
NAMES = [name for name, finding in RUN_FINDINGS.items() if finding.given_by(RUN)]


@cache
def finding_named(name: str) -> mh.Finding:
    """Made when the first of its figures is drawn, and not while tests are collected."""
    return RUN_FINDINGS[name](RUN)


class Word(NamedTuple):
    """A word of a figure: where it stands, in pixels, how wide it is in a font like Helvetica, and whether it lies level."""

    text: str
    left: float
    right: float
    middle: float
    size: float
    level: bool
    of_axis: bool

    @property
    def width(self) -> float:
        return self.right - self.left


def words(svg: str) -> list[Word]:
    """All words that are seen."""
    return list(_within(ElementTree.fromstring(svg), 0.0, 0.0, of_axis=False))  # noqa: S314  # it is our own


def _within(node: ElementTree.Element, x: float, y: float, *, of_axis: bool):  # type: ignore[no-untyped-def]
    moved = node.get("transform", "")
    if at := re.match(r"translate\(([-\d.e]+),([-\d.e]+)\)", moved):
        x, y = x + float(at[1]), y + float(at[2])
    of_axis = of_axis or "role-axis-label" in node.get("class", "")
    if node.tag == f"{SVG}text" and node.get("opacity") != "0":
        size = float(re.sub("px", "", node.get("font-size", "11")))
        for line in [node.text or "", *(part.text or "" for part in node)]:
            width = ImageFont.load_default(size).getlength(line)
            before = {"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor", "start")]
            level = "rotate" not in moved
            yield Word(line, x - before * width, x + (1 - before) * width, y, size, level, of_axis)
    for part in node:
        yield from _within(part, x, y, of_axis=of_axis)


@pytest.mark.parametrize("preset", ["column", "page", "slide"])
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_fits_its_place_and_its_words_can_be_read(name: str, preset: str) -> None:
    finding, place = finding_named(name), PRESETS[preset]
    svg = chart_bytes(finding.figure(preset), "svg", preset=preset, note=finding.source).decode()
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt" viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found
    width, height, across, down = map(float, found.groups())
    tallest = min(place.tallest, place.height or place.tallest)
    assert width <= place.width + 1
    assert height <= tallest + 1
    assert width >= 0.8 * place.width or height >= 0.8 * tallest
    seen = words(svg)
    # Fonts differ: a tenth of a word may be the other font's.
    cut = [
        one
        for one in seen
        if one.level and not (one.left + one.width / 10 >= -8 and one.right - one.width / 10 <= across + 8)
    ]
    assert not cut
    assert all(-8 <= one.middle <= down + 8 for one in seen)
    said = " ".join(one.text for one in seen)
    assert "UD English EWT dev" in said
    assert f"run {RUN.id}" in said
    labels = [one for one in seen if one.of_axis and one.level and one.text]
    over = [
        (one.text, other.text)
        for one, other in combinations(labels, 2)
        if abs(one.middle - other.middle) < 0.75 * min(one.size, other.size)
        and min(one.right, other.right) - max(one.left, other.left) > 0.3 * one.size
    ]
    assert not over
