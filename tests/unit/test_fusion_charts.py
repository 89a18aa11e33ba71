"""What the charts of the Fusion page say, read back from their specifications."""

import numpy as np
import pandas as pd
from drawn import rows, spec

from mhattn_core import charts
from mhattn_core.charts.theme import model_colour


def test_equal_words_stay_apart_and_special_ones_are_pale() -> None:
    table = pd.DataFrame(
        {
            "word": ["[CLS]", "the", "the"] * 2,
            "position": [0, 1, 2] * 2,
            "special": [True, False, False] * 2,
            "series": ["attention"] * 3 + ["length"] * 3,
            "value": [0.7, 0.1, 0.2, 0.1, 0.4, 0.5],
        }
    )
    written = spec(charts.word_bars(table, title="share", framed=2))
    bars = written["layer"][0]["encoding"]
    assert bars["y"]["axis"]["labelExpr"] == '["[CLS]", "the", "the"][datum.value]'
    assert bars["color"]["scale"]["domain"] == ["attention", "length"]
    assert [(row["opacity"] < 1, row["own"]) for row in rows(written)[:3]] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_cosines_have_a_fixed_scale_and_leave_the_diagonal_out() -> None:
    cosines = np.array([[1.0, 0.5, np.nan], [0.5, 1.0, np.nan], [np.nan] * 3])
    written = spec(charts.cosine_matrix(cosines, layer=4))
    assert [(row["names"], row["value"]) for row in rows(written)] == [("L4 H0 · L4 H1", 0.5), ("L4 H1 · L4 H0", 0.5)]
    colour = written["layer"][0]["encoding"]["color"]["scale"]
    assert colour == {"scheme": "purpleorange", "domain": [-1, 1]}
    assert written["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 1, 2]


def test_layers_have_their_models_colours_and_missing_ones_are_left_out() -> None:
    table = pd.DataFrame(
        {"model": ["minilm", "minilm", "minilm@random"], "layer": [0, 1, 0], "value": [3.0, np.nan, 2.0]}
    )
    written = spec(charts.by_layer(table, title="ratio", domain=(1, 12)))
    line = written["layer"][0]["encoding"]
    assert line["color"]["scale"] == {
        "domain": ["minilm", "minilm@random"],
        "range": [model_colour("minilm"), model_colour("minilm@random")],
    }
    assert line["y"]["scale"]["domain"] == [1, 12]
    assert [row["value"] for row in rows(written)] == [3.0, 2.0]


def test_intervals_stand_on_the_same_scale_as_the_values() -> None:
    table = pd.DataFrame(
        {"model": "minilm", "layer": [0, 1], "value": [3.0, 4.0], "low": [2.5, 3.5], "high": [3.5, 4.5]}
    )
    written = spec(charts.by_layer(table, title="ratio", domain=(1, 12)))
    assert len(written["layer"]) == 3
    assert [layer["encoding"]["y"]["scale"]["domain"] for layer in written["layer"]] == [[1, 12]] * 3


def test_links_and_heads_stand_in_the_order_given() -> None:
    table = pd.DataFrame(
        {
            "model": "minilm",
            "link": ["b", "b", "a", "a"],
            "head": ["L3 H1", "L0 H2"] * 2,
            "found": [True, False, False, True],
        }
    )
    written = spec(charts.found_links(table))
    marks = written["layer"][0]["encoding"]
    assert marks["x"]["sort"] == ["L3 H1", "L0 H2"]
    assert marks["y"]["sort"] == ["b", "a"]
    assert [row["says"] for row in rows(written)] == ["finds it", "does not", "does not", "finds it"]
