"""What a page does to a chart: its words can be read in either theme, and nothing else of it changes."""

import json
from copy import deepcopy

import pandas as pd
import pytest

from mhattn_core import charts
from mhattn_core.charts.on_page import IN_THE_DARK, on_page
from mhattn_core.charts.theme import FAINT, TEXT_COLOUR, WORD_COLOUR

GROUNDS = {"light": "#ffffff", "dark": "#0e1117"}
AA = 4.5
GRAMMAR = "#0072b2"


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_by_hand() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_of_charts_have_aa_contrast(theme: str) -> None:
    colours = IN_THE_DARK.values() if theme == "dark" else IN_THE_DARK
    for colour in colours:
        assert contrast(colour, GROUNDS[theme]) >= AA, colour


def over(colour: str, opacity: float, ground: str) -> str:
    """The colour that is seen where one lies over another."""
    parts = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * top + (1 - opacity) * below):02x}" for top, below in parts)


def test_what_is_suggested_on_the_overview_stands_out_from_a_dark_page_as_from_a_light_one() -> None:
    heads = pd.DataFrame({"model": "minilm", "layer": 0, "head": [0, 1], "name": ["a", "b"], "colour": "Grammar"})
    heads = heads.assign(fill=1.0, faint=[True, False], outline=False, partner="", says="", effect=0.1, similar="")
    spec = charts.overview_map(heads, {"Grammar": GRAMMAR}).to_dict(validate=False)
    stands_out = {}
    for theme, ground in GROUNDS.items():
        drawn = on_page(spec, theme)  # type: ignore[arg-type]
        (opacity,) = [one["value"] for one in drawn["params"] if one["name"] == FAINT]
        assert '"opacity": {"condition": {"test": "datum.faint", "value": {"expr": "faint_opacity"}}' in json.dumps(
            drawn
        )
        cell = over("#8c8c8c", 0.2, ground)
        stands_out[theme] = contrast(over(GRAMMAR, opacity, cell), cell)
    assert stands_out["dark"] >= 0.95 * stands_out["light"] > 1.5, stands_out


def test_only_words_are_recoloured_and_the_table_is_not() -> None:
    rows = pd.DataFrame(
        {"name": [TEXT_COLOUR, "b"], "layer": 0, "head": [0, 1], "value": [0.3, 0.1], "model": "minilm"}
    )
    spec = charts.strongest(rows.assign(low=None, high=None), title="x").to_dict(validate=False)
    before = deepcopy(spec)
    dark = on_page(spec, "dark")
    assert spec == before
    drawn = json.dumps({name: part for name, part in dark.items() if name != "datasets"})
    assert TEXT_COLOUR not in drawn
    assert WORD_COLOUR not in drawn
    assert dark["datasets"] == spec["datasets"]
    assert dark["config"]["axis"]["labelColor"] == IN_THE_DARK[TEXT_COLOUR]
    assert dark["config"]["view"] == spec["config"]["view"]


def test_what_a_chart_says_of_its_own_axes_stands() -> None:
    spec = {"mark": "bar", "config": {"axis": {"labelPadding": 2}}}
    assert on_page(spec)["config"]["axis"]["labelPadding"] == 2
