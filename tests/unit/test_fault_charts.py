"""What the charts of the Fault tolerance page say, read back from their specifications."""

import json
import re
from itertools import combinations

import pandas as pd
import pytest
from drawn import rows, spec

from mhattn_core import charts
from mhattn_core.charts.interactions import pair_names
from mhattn_core.charts.save import chart_bytes
from mhattn_core.charts.theme import model_colour


def test_switches_that_are_off_are_crossed_and_can_be_clicked() -> None:
    heads = pd.DataFrame(
        {"layer": [0, 0, 0, 1, 1, 1], "head": [0, 1, 2] * 2, "off": [False, True, False, False, False, True]}
    )
    chart = charts.head_switches(heads, clicks=4)
    written = spec(chart)
    assert written["params"][0]["name"] == charts.PICKED
    assert written["params"][0]["select"]["fields"] == ["layer", "head", "clicks"]
    assert [(row["name"], row["state"]) for row in rows(written, 0) if row["off"]] == [
        ("L0 H1", "switched off"),
        ("L1 H2", "switched off"),
    ]
    assert chart_bytes(chart, "svg").decode().count("✕") == 2


def scattered() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": "minilm",
            "layer": [0, 0, 1],
            "head": [0, 1, 0],
            "x": [0.1, 0.4, 0.2],
            "y": [0.5, -0.1, 0.0],
            "low": [0.4, -0.2, -0.1],
            "high": [0.6, 0.0, 0.1],
        }
    )


def test_a_scatter_has_its_splits_intervals_and_corners() -> None:
    corners = {(False, True): "near another, yet costly", (True, False): "safe"}
    written = spec(
        charts.head_scatter(scattered(), x="distance", y="loss", splits=(0.25, 0.05), corners=corners, chosen=(0, 1))
    )
    marks = [layer["mark"]["type"] for layer in written["layer"]]
    assert marks == ["rule", "rule", "rule", "point", "text", "point", "text", "text", "text"]
    low, high = written["layer"][3]["encoding"]["y"]["scale"]["domain"]
    assert low < -0.2
    assert high > 0.6
    assert {row["name"] for row in rows(written, 4)} == {"L0 H0", "L1 H0"}
    assert [row["name"] for row in rows(written, 5)] == ["L0 H1"]
    texts = [rows(written, layer)[0]["text"] for layer in (7, 8)]
    assert texts == list(corners.values())
    assert written["layer"][3]["mark"]["color"] == model_colour("minilm")


def test_the_four_highest_heads_are_named_and_no_name_meets_another() -> None:
    # Three heads close together, one far from them, and two that are lower.
    table = pd.DataFrame(
        {
            "model": "minilm",
            "layer": [0, 0, 1, 2, 3, 4],
            "head": [0, 1, 0, 5, 5, 5],
            "x": [0.70, 0.71, 0.69, 0.1, 0.5, 0.95],
            "y": [0.80, 0.81, 0.79, 0.70, 0.1, 0.0],
        }
    )
    svg = chart_bytes(charts.head_scatter(table, x="distance", y="loss").properties(width=400), "svg").decode()
    names = re.findall(r"<text[^>]*>(L\d+ H\d+)</text>", svg)
    assert sorted(names) == ["L0 H0", "L0 H1", "L1 H0", "L2 H5"]
    at = re.findall(r"<text([^>]*)>L\d+ H\d+</text>", svg)
    boxes = []
    for words in at:
        x, y = (float(one) for one in re.search(r"translate\(([-\d.e]+),([-\d.e]+)\)", words).groups())  # type: ignore[union-attr]
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[re.search(r'text-anchor="(\w+)"', words)[1]]  # type: ignore[index]
        boxes.append((x - 30 * before, x + 30 * (1 - before), y))
    for one, other in combinations(boxes, 2):
        assert abs(one[2] - other[2]) >= 10 or one[1] <= other[0] or other[1] <= one[0]


def test_a_head_without_a_value_is_not_in_the_scatter() -> None:
    table = scattered().assign(x=[0.1, None, 0.2])
    written = spec(charts.head_scatter(table, x="distance", y="loss"))
    named = {row["name"] for row in rows(written, 1)}
    assert named == {"L0 H0", "L1 H0"}


def test_the_curve_has_its_band_from_least_to_greatest() -> None:
    table = pd.DataFrame(
        [("importance", 0, removed, removed / 4, 1.0 + removed) for removed in (0, 2, 4)]
        + [("random", draw, removed, removed / 4, 1.0 + draw * removed) for draw in (0, 1, 4) for removed in (0, 2, 4)],
        columns=["order", "draw", "removed", "share_removed", "value"],
    ).assign(model="minilm", quantity="loss", n=3)
    written = spec(charts.fault_curve(table, title="loss"))
    band = {row["removed"]: (row["min"], row["median"], row["max"]) for row in rows(written, 0)}
    assert band == {0: (1.0, 1.0, 1.0), 2: (1.0, 3.0, 9.0), 4: (1.0, 5.0, 17.0)}
    assert [row["value"] for row in rows(written, 2)] == [1.0, 3.0, 5.0]
    assert len(rows(written, 3)) == 1


def test_of_each_layer_the_best_head_that_is_kept_is_named() -> None:
    table = pd.DataFrame(
        {
            "model": "minilm",
            "layer": [0, 0, 1, 1],
            "head": [0, 1, 0, 1],
            "intact": 1.0,
            "all_off": [2.0, 2.0, 3.0, 3.0],
            "ablated": [1.5, 1.2, 1.1, 2.9],
            "delta": [0.5, 0.2, 0.1, 1.9],
        }
    )
    written = spec(charts.kept_heads(table, title="loss"))
    assert [row["name"] for row in rows(written, 3)] == ["L0 H1", "L1 H0"]
    assert [row["all_off"] for row in rows(written, 2)] == [2.0, 3.0]


def test_a_group_stands_at_its_cost_beside_the_sum_of_its_heads() -> None:
    table = pd.DataFrame(
        {
            "model": "minilm",
            "heads": ["L0 H1, L0 H2", "L1 H0, L1 H1, L2 H3, L4 H0, L5 H1"],
            "size": [2, 5],
            "sum_of_single": [0.3, 0.1],
            "together": [0.2, 0.5],
            "excess": [-0.1, 0.4],
            "excess_low": float("nan"),
            "excess_high": float("nan"),
        }
    )
    written = spec(charts.group_costs(table, title="loss"))
    assert [row["name"] for row in rows(written, 0)] == [
        "L1 H0, L1 H1, L2 H3 + 2",
        "L0 H1, L0 H2",
    ]  # the one that is missed more comes first
    dots, rings = written["layer"][1:]
    assert (dots["encoding"]["x"]["field"], rings["encoding"]["x"]["field"]) == ("together", "sum_of_single")
    assert [round(row["excess"], 6) for row in rows(written, 1)] == [0.4, -0.1]
    bars = spec(charts.group_costs(table.assign(excess_low=[-0.3, 0.2], excess_high=[0.1, 0.5]), title="loss"))
    assert len(bars["layer"]) == 4
    # Around the dot; the ring of the first group, at 0.1, lies outside its bar, that of the second, at 0.3, within.
    assert [(round(row["bar_low"], 6), round(row["bar_high"], 6)) for row in rows(bars, 1)] == [(0.3, 0.6), (0.0, 0.4)]


def interacting(other: str) -> pd.DataFrame:
    heads = [(0, 0), (0, 1), (2, 3)]
    table = pd.DataFrame(
        [(*a, *b) for a, b in combinations(heads, 2)], columns=["layer_a", "head_a", "layer_b", "head_b"]
    )
    return table.assign(
        stack="cross",
        stack_b=other,
        delta_a=0.1,
        delta_b=0.2,
        delta_both=[0.3, 0.9, 0.0],
        interaction=[0.0, 0.6, -0.3],
        low=float("nan"),
        high=float("nan"),
    )


def test_interactions_stand_from_covering_to_the_same_harm() -> None:
    written = spec(charts.interactions(interacting("cross"), title="interaction"))
    assert [row["name"] for row in rows(written, 0)] == ["L0 H0 + L2 H3", "L0 H0 + L0 H1", "L0 H1 + L2 H3"]
    assert written["layer"][0]["encoding"]["color"]["scale"]["domain"] == [-0.6, 0.6]
    assert len(written["layer"]) == 1
    assert len(spec(charts.interactions(interacting("cross").assign(low=-1.0, high=1.0), title="i"))["layer"]) == 2


def test_heads_of_two_stacks_are_named_with_them() -> None:
    assert pair_names(interacting("decoder")).iloc[1] == "cross L0 H0 + decoder L2 H3"


@pytest.mark.parametrize("word", ["fox", "it's", 'a "quoted" word', "狐狸"])
def test_votes_keep_equal_words_apart_and_mark_the_right_one(word: str) -> None:
    one = pd.DataFrame(
        {"word": [word, "the", "the"], "position": [0, 1, 2], "value": [0.5, 0.2, 0.3], "right": [True, False, False]}
    )
    table = pd.concat([one.assign(state="all heads on"), one.assign(state="without L0 H0")])
    written = spec(charts.votes(table, title="share"))
    labels = written["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]
    assert json.loads(labels.removesuffix("[datum.value]")) == [f"{word} ★", "the", "the"]
    assert written["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["all heads on", "without L0 H0"]
    assert chart_bytes(charts.votes(table, title="share"), "svg").decode().count('aria-roledescription="bar"') == 6
