"""A chart as a page shows it: words that can be read on the page's ground, and little room lost around the axes."""

from collections.abc import Mapping
from typing import Any, Literal

from mhattn_core.charts.theme import FAINT, TEXT_COLOUR, WORD_COLOUR

IN_THE_DARK = {TEXT_COLOUR: "#b8bcc6", WORD_COLOUR: "#f0f2f6"}
"""Contrast of the first pair with the ground of the page: 7.0 and 9.9; the page's own grey of axes has 3.7."""
FAINT_IN_THE_DARK = 0.7
"""Opacity with which what is only suggested stands out from a dark page as it does from a light one."""
PADDING = 6
"""Pixels between an axis and its labels, and between these and its title; the page's own are 16."""


def on_page(spec: Mapping[str, Any], theme: Literal["light", "dark"] = "light") -> dict[str, Any]:
    """A specification in the colours of a page; the given one is left as it is."""
    ink = IN_THE_DARK[TEXT_COLOUR] if theme == "dark" else TEXT_COLOUR
    words = {"labelColor": ink, "titleColor": ink}
    ours: dict[str, Any] = {
        "axis": {**words, "labelPadding": PADDING, "titlePadding": PADDING},
        # Streamlit's theme aligns the first label with the end of the axis, and not with its row.
        "axisYBand": {"labelFlush": False},
        "legend": {**words, "labelPadding": PADDING},
        "header": words,
    }
    recoloured = _recoloured(spec) if theme == "dark" else spec
    own = recoloured.get("config", {})
    return {**recoloured, "config": {**own, **{part: {**ours[part], **own.get(part, {})} for part in ours}}}


def _recoloured(part: Any) -> Any:
    if isinstance(part, Mapping):
        if part.get("name") == FAINT:
            return {**part, "value": FAINT_IN_THE_DARK}
        # Tables hold people's words, and no colours of ours.
        return {name: held if name in ("datasets", "data") else _recoloured(held) for name, held in part.items()}
    if isinstance(part, list):
        return [_recoloured(held) for held in part]
    return IN_THE_DARK.get(part, part) if isinstance(part, str) else part
