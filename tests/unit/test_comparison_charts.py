"""What the charts that compare models say, read back from their specifications."""

import json
import re
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from drawn import spec

from mhattn_core import charts
from mhattn_core.charts.distributions import relative_depth
from mhattn_core.charts.save import chart_bytes
from mhattn_core.charts.theme import model_colour


def rows(written: dict[str, Any], mark: str, last: bool = False) -> list[dict[str, Any]]:
    layers = [layer for layer in written["layer"] if layer["mark"]["type"] == mark]
    # Data that all layers share stand above them.
    data = layers[-1 if last else 0].get("data") or written["data"]
    return written["datasets"][data["name"]]


def heads(model: str, layers: int, count: int, **more: Any) -> pd.DataFrame:
    layer, head = (axis.ravel() for axis in np.indices((layers, count)))
    table = pd.DataFrame(
        {"model": model, "stack": "encoder", "layer": layer, "head": head, "measure": "x", "group": ""}
    )
    return table.assign(value=layer + head / 10, low=np.nan, high=np.nan, n=1).assign(**more)


TWO = pd.concat([heads("minilm", 3, 2), heads("smollm2", 5, 1)], ignore_index=True)


def test_depth_runs_from_first_to_last_layer_in_every_model() -> None:
    assert relative_depth(TWO).tolist() == [0, 0, 0.5, 0.5, 1, 1, 0, 0.25, 0.5, 0.75, 1]
    assert relative_depth(heads("m", 1, 3)).tolist() == [0, 0, 0]


def test_first_layers_stand_above_in_a_saved_figure() -> None:
    """As the text below it says, and as browsers draw it."""
    drawn = chart_bytes(charts.distributions(heads("minilm", 3, 1), title="x"), "svg").decode()
    marks = re.findall(r'aria-label="x: [^"]*depth: ([^;]*); [^"]*"[^>]*transform="translate\([^,]*,([^)]*)\)', drawn)
    heights = {float(depth): float(height) for depth, height in marks}
    assert list(heights) == [0, 0.5, 1]
    assert heights[0] < heights[0.5] < heights[1]


def test_a_distribution_has_a_mark_a_head_and_the_quartiles_of_each_model() -> None:
    written = spec(charts.distributions(TWO, title="x", chosen=("minilm", 1, 1)))
    assert len(rows(written, "point")) == 11
    boxes = {row["model"]: row for row in rows(written, "bar")}
    assert (boxes["smollm2"]["from"], boxes["smollm2"]["median"], boxes["smollm2"]["to"]) == (1, 2, 3)
    assert boxes["minilm"]["median"] == pytest.approx(1.05)
    assert [(row["model"], row["name"]) for row in rows(written, "point", last=True)] == [("minilm", "L1 H1")]
    scale = written["layer"][2]["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {
        name: model_colour(name) for name in ("minilm", "smollm2")
    }
    assert len(set(written["layer"][2]["encoding"]["shape"]["scale"]["range"])) == 2


def test_intervals_are_drawn_where_there_are() -> None:
    def rules(chart: alt.LayerChart) -> list[dict[str, Any]]:
        return [layer for layer in spec(chart)["layer"] if layer["mark"]["type"] == "rule"]

    measured = TWO.assign(low=TWO["value"] - 0.1, high=TWO["value"] + 0.1)
    chosen = ("minilm", 1, 1)
    assert not rules(charts.distributions(TWO, title="x", chosen=chosen))
    assert rules(charts.distributions(measured, title="x", chosen=chosen))
    assert not rules(charts.strongest(TWO[:6], title="x"))
    assert rules(charts.strongest(measured[:6], title="x"))


def test_by_depth_draws_the_median_of_each_layer() -> None:
    medians = rows(spec(charts.by_depth(TWO, title="x")), "line")
    assert [(row["model"], row["depth"], row["value"]) for row in medians][:3] == [
        ("minilm", 0, pytest.approx(0.05)),
        ("minilm", 0.5, pytest.approx(1.05)),
        ("minilm", 1, pytest.approx(2.05)),
    ]


def test_no_bar_of_a_small_value_says_zero() -> None:
    table = heads("m", 1, 3).assign(value=[0.00042, 0.25, 0.0], low=None, high=None)
    assert [row["written"] for row in rows(spec(charts.strongest(table, title="x")), "text")] == [
        "0.25",
        "0.00042",
        "0.00",
    ]


@pytest.mark.parametrize(("end", "first"), [("highest", "L3 H3"), ("lowest", "L0 H0"), ("farthest", "L3 H3")])
def test_the_ten_strongest_heads_in_order(end: Any, first: str) -> None:
    listed = rows(spec(charts.strongest(heads("m", 4, 4), title="x", end=end)), "bar")
    assert len(listed) == 10
    assert listed[0]["name"] == first


def test_the_farthest_from_zero_may_be_negative() -> None:
    table = heads("m", 1, 3, value=[0.5, -2.0, 1.0])
    assert [row["value"] for row in rows(spec(charts.strongest(table, title="x", end="farthest")), "bar")] == [
        -2.0,
        1.0,
        0.5,
    ]
    with pytest.raises(KeyError):
        charts.strongest(table, title="x", end="middle")  # type: ignore[arg-type]


def test_two_checkpoints_stand_on_one_scale_with_the_diagonal() -> None:
    table = heads("", 2, 3).assign(
        model_a="base", model_b="tuned", a=[0, 1, 2, 3, 4, 5], b=[0, 1, 2, 3, 4, 9], value=[0, 0, 0, 0, 0, 4.0]
    )
    written = spec(charts.before_after(table, title="x", chosen=(1, 2)))
    assert rows(written, "line") == [{"a": 0, "b": 0}, {"a": 9, "b": 9}]
    marks = next(layer for layer in written["layer"] if layer["mark"]["type"] == "point")
    assert (
        marks["encoding"]["x"]["scale"]["domain"]
        == marks["encoding"]["y"]["scale"]["domain"]
        == pytest.approx([-0.36, 9.36])
    )
    assert marks["encoding"]["color"]["scale"]["domain"] == [-4, 4]
    assert (marks["encoding"]["x"]["title"], marks["encoding"]["y"]["title"]) == ("x · base", "x · tuned")
    assert "datum.layer == 1 && datum.head == 2" in json.dumps(marks["encoding"]["stroke"])
    assert written["params"][0]["name"] == charts.PICKED


def test_profiles_leave_out_measures_that_only_one_head_has() -> None:
    table = pd.DataFrame(
        {
            "model": ["m", "m", "k", "k"],
            "name": ["m · L0 H0", "m · L0 H0", "k · L0 H0", "k · L0 H0"],
            "measure": ["x", "y", "x", "y"],
            "value": [1.0, 2.0, 0.5, np.nan],
        }
    )
    assert {row["measure"] for row in rows(spec(charts.profiles(table)), "point")} == {"x"}


def test_a_deep_models_grid_is_not_taller_than_a_screen() -> None:
    step = spec(charts.head_grid(heads("m", 30, 2), measure="x"))["height"]["step"]
    assert step * 30 <= 420
    assert step < spec(charts.head_grid(heads("m", 6, 2), measure="x"))["height"]["step"]
