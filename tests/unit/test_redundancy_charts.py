"""What the charts of the Redundancy page say, read back from their specifications."""

import numpy as np
import pandas as pd
import pytest
from drawn import spec

from mhattn_core import charts
from mhattn_core.charts.save import chart_bytes
from mhattn_core.charts.theme import model_colour
from mhattn_core.measures.redundancy.clusters import tree


def pairs(heads: int) -> tuple[pd.DataFrame, list[str]]:
    row, column = np.tril_indices(heads, -1)
    names = [f"L{place} H0" for place in range(heads)]
    distance = (row - column) / heads
    table = {
        "row": row,
        "column": column,
        "head": [names[place] for place in row],
        "other": [names[place] for place in column],
    }
    return pd.DataFrame(
        {**table, "distance": distance, "noise": distance / 2, "shared": (row == 1) & (column == 0)}
    ), names


def test_the_matrix_has_both_triangles_and_frames_the_pair() -> None:
    table, names = pairs(4)
    written = spec(charts.distance_matrix(table, names, title="d", largest=0.75, chosen=(3, 1)))
    boxes, dots, frame = written["layer"]
    assert boxes["encoding"]["color"]["scale"] == {
        "scheme": "viridis",
        "domain": [0, 0.75],
        "clamp": True,
        "reverse": True,
    }
    assert boxes["transform"][0]["fold"] == ["distance", "noise"]
    assert len(written["datasets"][boxes["data"]["name"]]) == 6
    assert written["datasets"][dots["data"]["name"]] == [{"top": 1, "left": 0}, {"top": 0, "left": 1}]
    corners = [(row["left"], row["top"]) for row in written["datasets"][frame["data"]["name"]]]
    assert corners == [(2.5, 0.5), (0.5, 2.5)]
    assert written["params"][0]["name"] == charts.PICKED
    assert written["params"][0]["select"]["fields"][:2] == ["head", "other"]


def test_the_triangles_stand_where_they_are_said_to() -> None:
    table, names = pairs(3)
    svg = chart_bytes(charts.distance_matrix(table, names, title="d", largest=1), "svg").decode()
    assert svg.count('aria-roledescription="rect mark"') == 6


def test_many_heads_are_one_picture_whose_nearest_pairs_answer() -> None:
    table, names = pairs(81)
    written = spec(charts.distance_matrix(table, names, title="d", largest=1))
    picture, boxes = written["layer"][:2]
    assert picture["mark"]["type"] == "image"
    assert boxes["mark"]["opacity"] == 0
    pointed = written["datasets"][boxes["data"]["name"]]
    assert len(pointed) == 1000
    assert max(row["distance"] for row in pointed) <= table["distance"].median()
    assert len(boxes["encoding"]["x"]["axis"]["values"]) <= 40


def test_a_tree_is_drawn_with_its_line() -> None:
    square = np.array([[0, 1, 4], [1, 0, 4], [4, 4, 0]], dtype=float)
    joined = tree(square)
    written = spec(charts.dendrogram(joined.branches(), ["a", "b", "c"], title="d", cut=joined.height(2)))
    lines, rule = written["layer"]
    assert len(written["datasets"][lines["data"]["name"]]) == 8
    assert written["datasets"][rule["data"]["name"]] == [{"height": 2.5}]
    assert len(spec(charts.dendrogram(joined.branches(), ["a", "b", "c"], title="d"))["layer"]) == 1


def test_a_map_keeps_each_models_colour_and_names_the_chosen() -> None:
    points = pd.DataFrame(
        {
            "model": ["minilm", "minilm", "minilm@random"],
            "stack": "encoder",
            "name": ["L0 H0", "L0 H1", "L0 H0"],
            "x": [0.1, -0.4, 0.0],
            "y": [0.0, 0.1, 0.2],
            "chosen": [0, 2, 1],
        }
    )
    written = spec(charts.head_map(points))
    scale = written["layer"][0]["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {
        name: model_colour(name) for name in ("minilm", "minilm@random")
    }
    spans = [np.diff(written["layer"][0]["encoding"][axis]["scale"]["domain"])[0] for axis in ("x", "y")]
    assert spans[0] == pytest.approx(spans[1])
    named = [
        written["datasets"][layer["data"]["name"]][0]["model"]
        for layer in written["layer"]
        if layer["mark"]["type"] == "text"
    ]
    assert named == ["minilm@random", "minilm"]


def test_nearest_heads_stand_in_order_with_their_noise() -> None:
    table = pd.DataFrame({"name": ["L1 H1", "L0 H3"], "distance": [0.1, 0.2], "noise": [0.3, 0.1]})
    written = spec(charts.nearest_heads(table, title="d", model="minilm", reference="on random words"))
    assert [layer["mark"]["type"] for layer in written["layer"]] == ["bar", "tick"]
    assert written["layer"][1]["encoding"]["x"]["field"] == "noise"
    assert written["layer"][0]["encoding"]["y"]["sort"] is None
