"""Twelve models side by side: each has a colour, or where colours run short a shape, of its own."""

import json

import altair as alt
import numpy as np
import pandas as pd
import pytest

from mhattn_core import charts
from mhattn_core.charts.distributions import SHAPES
from mhattn_core.charts.theme import model_colours
from mhattn_core.ui.controls import MOST_MODELS

NAMES = ["minilm", "smollm2", *(f"/runs/mine/checkpoint-{2**power}" for power in range(10))]


def heads() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        {"model": name, "stack": "encoder", "layer": layer, "head": head, "measure": "entropy", "value": rng.random()}
        for name in NAMES
        for layer in range(3)
        for head in range(2)
    ]
    return pd.DataFrame(rows).assign(low=np.nan, high=np.nan, n=1, group="")


def test_colours_and_shapes_tell_all_apart() -> None:
    assert len(NAMES) == MOST_MODELS
    colours = model_colours(NAMES)
    assert len(set(colours)) == MOST_MODELS
    # Print without colours has eight shapes; of two alike the colours differ.
    assert len(set(SHAPES)) == len(SHAPES) == 8
    assert model_colours(NAMES) == colours


@pytest.mark.parametrize("draw", [charts.distributions, charts.by_depth])
def test_charts_name_all_of_them(draw: object) -> None:
    chart: alt.LayerChart = draw(heads(), title="entropy")  # type: ignore[operator]
    spec = json.dumps(chart.to_dict())
    for name, colour in zip(NAMES, model_colours(NAMES), strict=True):
        assert json.dumps(name) in spec
        assert colour in spec


def test_small_multiples_go_on_in_another_row() -> None:
    """Two models of twelve heads fill a row; the shipped two, of 12 and 9, stand side by side as before."""
    about = {"colour": "", "faint": False, "outline": False, "partner": "", "says": "", "effect": 0.0, "similar": ""}

    def drawn(models: dict[str, int]) -> dict[str, object]:
        cells = [
            {"model": name, "layer": 0, "head": head, "name": f"{name} {head}", "fill": np.nan, **about}
            for name, count in models.items()
            for head in range(count)
        ]
        return dict(charts.overview_map(pd.DataFrame(cells), {}).to_dict())

    assert len(drawn({"minilm": 12, "smollm2": 9})["hconcat"]) == 2
    rows = drawn(dict.fromkeys(NAMES[:5], 12))["vconcat"]
    assert [len(row["hconcat"]) for row in rows] == [2, 2, 1]
    assert "vconcat" in drawn(dict.fromkeys(NAMES, 12))
