"""Sizes of figures for a screen, a slide, a column and a page: light, and independent of the dashboard's theme.

A figure is laid out at ``TYPE`` pixels of type, as charts are designed, on a width such that the preset's own width has
the preset's own type once the whole is scaled. So strokes, dots and distances scale with the letters.
"""

import json
import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal

from mhattn_core.charts.fonts import families

TYPE = 11
"""The type of a layout, in its own pixels."""
SMALLEST = 0.65
"""Labels of crowded words shrink to this share of the type before some are left out."""
NARROW = 400
"""In layouts of fewer pixels legends stand below."""
LEGEND = 60
"""The height that such a legend takes."""

PresetName = Literal["screen", "slide", "column", "page"]


@dataclass(frozen=True)
class Preset:
    """width and, where it is fixed, height in points (1/72 inch); type in points; ppi: dots an inch of a PNG.

    tallest: what a page holds; rows of a list move nearer together to stay below it.
    """

    width: float
    type: float
    ppi: int
    height: float | None = None
    tallest: float = math.inf

    @property
    def scale(self) -> float:
        """Points for each pixel of the layout."""
        return self.type / TYPE


PRESETS: dict[str, Preset] = {
    "screen": Preset(width=700, type=11, ppi=144),
    "slide": Preset(width=13.333 * 72, type=20, ppi=144, height=7.5 * 72),
    "column": Preset(width=3.03 * 72, type=8, ppi=300, tallest=9 * 72),
    "page": Preset(width=6.3 * 72, type=8, ppi=300, tallest=9 * 72),
}


FOOTNOTE = 0.8 * TYPE
"""The type of what stands below a figure."""
SEVERAL = ("facet", "concat", "hconcat", "vconcat")
"""Views beside one another have sizes of their own: the whole is scaled."""


def fitted(spec: Mapping[str, Any], preset: Preset, *, footnote: str = "", step: float | None = None) -> dict[str, Any]:
    """A Vega-Lite specification laid out for ``preset``; the given one is left as it is.

    footnote: stands below the figure, on as many lines as it needs. step: height of a row, where it is a list whose
    rows are to stand nearer together.
    """
    fit = deepcopy(dict(spec))
    width = preset.width / preset.scale
    fit["background"] = "white"
    fit["padding"] = 4
    if footnote:
        fit["title"] = _footnote(fit.get("title"), wrap(footnote, int(width / (0.55 * FOOTNOTE))))
    font = families(fit)
    if any(kind in fit for kind in SEVERAL):
        fit["config"] = _config(fit.get("config", {}), font=font, narrow=False)
        return fit
    if step is not None:
        fit["height"] = {**fit["height"], "step": step}
    fit["width"] = width
    stepped = isinstance(fit.get("height"), Mapping) and preset.height is None
    fit["autosize"] = {"type": "fit-x" if stepped else "fit", "contains": "padding"}
    if preset.height is not None:
        fit["height"] = preset.height / preset.scale
    elif isinstance(fit.get("height"), (int, float)) and width < NARROW:
        fit["height"] += LEGEND
    fit["config"] = _config(fit.get("config", {}), font=font, narrow=width < NARROW)
    _make_room_for_words(fit, width)
    return fit


def _footnote(title: Any, lines: list[str]) -> dict[str, Any]:
    """Below the figure, or below the title of one that has it above."""
    if title:
        named = title if isinstance(title, dict) else {"text": title}
        return {**named, "subtitle": lines, "subtitleFontSize": FOOTNOTE, "subtitleColor": "#595959"}
    return {
        "text": lines,
        "orient": "bottom",
        "anchor": "start",
        "frame": "bounds",
        "fontSize": FOOTNOTE,
        "fontWeight": "normal",
        "color": "#595959",
        "offset": 8,
    }


def _config(config: Mapping[str, Any], *, font: str, narrow: bool) -> dict[str, Any]:
    text = {
        "labelFontSize": TYPE,
        "titleFontSize": TYPE,
        "titleFontWeight": "normal",
        "labelColor": "black",
        "titleColor": "black",
    }
    # Where a legend stands above or below, the room beside the axis is its own as well.
    full = {"anchor": "middle", "bounds": "full"}
    legend: dict[str, Any] = {**text, "titleLimit": 300, "layout": {"top": full, "bottom": full}}
    if narrow:
        legend |= {"orient": "bottom", "direction": "horizontal"}
    ours = {
        "font": font,
        "axis": {**text, "labelPadding": 5, "labelOverlap": "greedy"},
        "legend": legend,
        "text": {"fontSize": TYPE},
        "title": {"fontSize": TYPE, "anchor": "start"},
    }
    if narrow:
        # A title longer than its axis is drawn over the empty corner, not over the edge.
        ours["axisX"] = {"titleAnchor": "end"}
        ours["axisY"] = {"labelLimit": 150}
    return {**config, **ours, "view": {**config.get("view", {}), "stroke": None}}


def _make_room_for_words(fit: dict[str, Any], width: float) -> None:
    """Word labels that would meet are set upright, then smaller; of those that still would, every second, third … is
    left out.
    """
    axes = _word_axes(fit)
    words = {channel: json.loads(axis["labelExpr"].removesuffix("[datum.value]")) for channel, axis in axes}
    beside = 30 + min(120, max((_length(word) for word in words.get("y", [""])), default=0))
    above = 40 + min(110, max((_length(word) for word in words.get("x", [""])), default=0) if "x" in words else 0)
    legend = LEGEND if width < NARROW else 0
    height = fit.get("height")
    room = {
        "x": width - beside - (0 if width < NARROW else 70),
        "y": height - above - legend if isinstance(height, (int, float)) else math.inf,
    }
    for channel, axis in axes:
        pitch = room[channel] / len(words[channel])
        if channel == "x" and pitch < 1.5 * TYPE:
            axis |= {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
        size = min(TYPE, max(SMALLEST * TYPE, 0.95 * pitch))
        axis["labelFontSize"] = size
        if "values" in axis:
            axis["values"] = _apart(axis["values"], math.ceil(1.1 * size / pitch))


def _apart(places: list[int], steps: int) -> list[int]:
    """Those of ``places``, from the last on, that stand at least ``steps`` apart; the last may be the special
    column.
    """
    kept: list[int] = []
    for place in reversed(places):
        if not kept or kept[-1] - place >= steps:
            kept.append(place)
    return kept[::-1]


def _word_axes(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The axes with words on them (see ``theme.label_expression``) of a view and its layers."""
    found = [
        (channel, axis)
        for channel in ("x", "y")
        if (axis := (spec.get("encoding", {}).get(channel) or {}).get("axis"))
        and axis.get("labelExpr", "").endswith("[datum.value]")
    ]
    return found + [axis for layer in spec.get("layer", ()) for axis in _word_axes(layer)]


def _length(word: str) -> float:
    """About how long a word stands, in pixels of a layout; a Chinese sign is as wide as high."""
    return sum(TYPE if ord(sign) > 0x2E7F else 0.55 * TYPE for sign in word)
