"""What charts say, read back from their specifications."""

import base64
import json
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawn import rows, spec
from PIL import Image

from mhattn_core import charts
from mhattn_core.attention.tables import matrix_table
from mhattn_core.charts.glance import THUMBNAIL, thumbnails
from mhattn_core.charts.theme import attention_colours, label_expression, model_colour


def table(queries: int, keys: int, **more: Any) -> pd.DataFrame:
    weights = np.random.default_rng(0).dirichlet(np.ones(keys + 1), size=queries)
    return matrix_table(
        weights[:, :-1],
        [f"q{n}" for n in range(queries)],
        [f"k{n}" for n in range(keys)],
        special_mass=weights[:, -1],
        **more,
    )


def test_a_matrix_draws_every_cell_and_the_special_column_behind() -> None:
    cells = table(2, 3)
    written = spec(charts.matrix(cells))
    words, special = rows(written, 0), rows(written, 1)
    assert len(words) == 6
    assert len(special) == 2
    assert all(row["left"] > 2.5 for row in special)
    by_query = pd.DataFrame(words + special).groupby("query_position")["weight"].sum()
    assert by_query.tolist() == pytest.approx([1, 1])
    assert written["layer"][0]["encoding"]["color"]["scale"]["domain"] == [
        0,
        pytest.approx(max(row["weight"] for row in words)),
    ]


def test_the_scale_can_be_the_same_for_all() -> None:
    assert spec(charts.matrix(table(2, 3), largest=1.0))["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 1.0]


def test_equal_and_hostile_words_keep_their_places_on_the_axis() -> None:
    labels = ["the", "the", "'];alert(1)//", "</script>", "虽然"]
    expression = label_expression(labels)
    assert json.loads(expression.removesuffix("[datum.value]")) == labels


def test_sentences_of_a_pair_are_parted_by_a_line() -> None:
    written = spec(charts.matrix(table(3, 3, query_sides=["a", "a", "b"], key_sides=["a", "a", "b"])))
    rules = [layer for layer in written["layer"] if layer["mark"]["type"] == "rule"]
    assert [written["datasets"][rule["data"]["name"]] for rule in rules] == [[{"top": 1.5}], [{"left": 1.5}]]


def test_unknown_words_are_hatched() -> None:
    written = spec(charts.matrix(table(2, 2, query_unknown=np.array([0, 1.0]), key_unknown=np.array([0, 0.0]))))
    hatching = next(layer for layer in written["layer"] if layer["mark"]["type"] == "image")
    assert [row["query"] for row in written["datasets"][hatching["data"]["name"]]] == ["q1", "q1"]
    assert "\\u25a8 q1" in written["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]


def test_a_long_sentence_becomes_one_picture_with_its_strongest_cells_on_top() -> None:
    cells = table(80, 90)
    written = spec(charts.matrix(cells))
    picture, pointer = rows(written, 0), rows(written, 1)
    image = Image.open(BytesIO(base64.b64decode(picture[0]["picture"].split(",")[1]))).convert("RGB")
    factor = image.width // 90
    assert image.size == (90 * factor, 80 * factor)
    assert len(pointer) == charts.CELLS_WITH_TOOLTIP
    words = cells[cells["kind"] == "weight"]
    strongest = words.loc[words["weight"].idxmax()]
    spot = (strongest["key_position"] * factor + factor // 2, strongest["query_position"] * factor + factor // 2)
    assert image.getpixel(spot) == tuple(attention_colours()[-1])


def test_thumbnails_keep_the_strongest_cell_of_long_sentences() -> None:
    patterns = np.zeros((1, 2, 5, 200))
    patterns[0, 1, 3, 150] = 0.5
    blank, marked = (
        Image.open(BytesIO(base64.b64decode(uri.split(",")[1]))).convert("RGB") for uri in thumbnails(patterns)
    )
    assert blank.getextrema() == tuple((int(low), int(low)) for low in attention_colours()[0])
    row = marked.height // 5 * 3
    assert marked.getpixel((150 * THUMBNAIL // 200, row)) == tuple(attention_colours()[-1])


def test_thumbnails_of_two_models_can_share_one_scale() -> None:
    faint = np.full((1, 1, 2, 3), 0.17)
    faint[0, 0, 1, 2] = 0.2
    own, shared = (
        Image.open(BytesIO(base64.b64decode(uri.split(",")[1]))).convert("RGB").getpixel((THUMBNAIL - 1, THUMBNAIL - 1))
        for uri in (thumbnails(faint)[0], thumbnails(faint, largest=0.8)[0])
    )
    assert own == tuple(attention_colours(64)[-1])
    assert shared == tuple(attention_colours(64)[16])  # a quarter of the way


def test_all_layers_fit_beside_a_chart_and_names_thin_out() -> None:
    layer, head = (axis.ravel() for axis in np.indices((30, 3)))
    heads = pd.DataFrame({"layer": layer, "head": head, "name": "L0 H0", "picture": "data:,"})
    written = spec(charts.glance(heads.assign(entropy=0.5, special_mass=0.1), tallest=300))
    assert written["height"] == {"step": 10}
    assert written["layer"][0]["encoding"]["y"]["axis"]["values"] == list(range(0, 30, 2))
    few = spec(charts.glance(heads[heads["layer"] < 2].assign(entropy=0.5, special_mass=0.1), tallest=300))
    assert few["height"] == {"step": 30}


def test_a_row_shows_one_word_only() -> None:
    written = spec(charts.row(table(2, 3), 1))
    assert {row["query_position"] for row in next(iter(written["datasets"].values()))} == {1}


def test_the_glance_marks_the_chosen_head_and_offers_a_click() -> None:
    heads = pd.DataFrame({"layer": [0, 0], "head": [0, 1], "name": ["L0 H0", "L0 H1"], "picture": ["data:,", "data:,"]})
    heads = heads.assign(entropy=0.5, special_mass=0.1)
    written = spec(charts.glance(heads, chosen=(0, 1)))
    assert written["params"][0]["name"] == "picked"
    assert "datum.layer == 0 && datum.head == 1" in json.dumps(written["layer"][1]["encoding"]["stroke"])


def test_the_strip_names_the_best_head_of_each_model() -> None:
    heads = pd.DataFrame(
        {
            "model": ["m", "m", "m@random"],
            "name": ["L0 H0", "L0 H1", "L0 H0"],
            "weight": [0.2, 0.7, 0.1],
            "usual": [0.1, 0.1, 0.1],
        }
    )
    written = spec(charts.strip(heads, noted=0.6))
    assert [(row["model"], row["name"]) for row in rows(written, 1)] == [("m", "L0 H1"), ("m@random", "L0 H0")]
    assert rows(written, 2)[0]["weight"] == 0.6


def test_a_model_has_one_colour_and_random_controls_are_grey() -> None:
    assert model_colour("minilm") == model_colour("minilm") != model_colour("smollm2")
    assert model_colour("anything@random") == model_colour("minilm@random") != model_colour("minilm@shuffled")
