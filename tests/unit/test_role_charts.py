"""What the charts of roles and patterns say, read back from their specifications."""

import json
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from drawn import spec

from mhattn_core import charts
from mhattn_core.charts.pattern_types import TYPE_COLOURS
from mhattn_core.locale import use_language
from mhattn_core.measures.patterns.types import TYPES
from mhattn_core.measures.roles.verdicts import Verdict


def rows(written: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    return written["datasets"][layer.get("data", written.get("data"))["name"]]


@pytest.fixture
def relations() -> pd.DataFrame:
    row = {
        "layer": 2,
        "head": 0,
        "held_out": 0.7,
        "gain": 0.4,
        "low": 0.3,
        "high": 0.45,
        "baseline": 0.3,
        "offset": -2.0,
        "class_rule": 0.28,
        "word_class": "VERB",
        "side": "before",
        "control": 0.05,
        "random95": 0.2,
        "shuffled95": 0.25,
    }
    row |= {
        "shuffle": 0.01,
        "wins": 1.0,
        "n": 500,
        "verdict": "pattern specialist",
        "relation": "obj",
        "model": "minilm",
    }
    none = {**row, "relation": "amod", "model": "smollm2", "verdict": "no evidence"}
    missing = {
        **row,
        "relation": "alignment",
        "held_out": np.nan,
        "layer": np.nan,
        "head": np.nan,
        "verdict": "not measurable",
    }
    return pd.DataFrame([row, none, missing])


def test_a_best_head_stands_with_what_it_has_to_beat(relations: pd.DataFrame) -> None:
    labels = {"obj": "object → verb", "amod": "adjective → noun", "alignment": "gold partner"}
    written = spec(charts.best_heads(relations, labels, chosen="amod"))
    heads, to_beat = written["layer"]
    bar, interval, filled, mark, said = heads["layer"]
    drawn = rows(written, mark)
    assert [(row["relation"], row["model"], row["name"], row["found"]) for row in drawn] == [
        ("obj", "minilm", "L2 H0", True),
        ("amod", "smollm2", "L2 H0", False),
    ]
    assert (drawn[0]["bottom"], drawn[0]["top"]) == (pytest.approx(0.6), pytest.approx(0.75))
    assert drawn[0]["rule"] == "the nearest verb before it"
    fields = [layer["encoding"]["x"]["field"] for layer in (bar, interval, mark)]
    assert fields == ["baseline", "bottom", "held_out"]
    assert to_beat["transform"][0]["fold"] == ["class_rule", "control", "random95", "shuffled95"]
    legend = to_beat["encoding"]["shape"]["scale"]["domain"]
    assert legend == ["best class rule", "negative control", "random weights", "shuffled weights"]
    assert written["resolve"]["scale"] == {"color": "independent", "shape": "independent"}
    assert filled["transform"] == [{"filter": "datum.found"}]
    # The verdict and n can be read without a pointer.
    assert [row["said"] for row in rows(written, said)] == [
        "L2 H0 · attention specialist (effect not shown) · n 500",
        "L2 H0 · no evidence · n 500",
    ]
    axis = mark["encoding"]["y"]["axis"]
    assert json.loads(axis["labelExpr"].split("[datum")[0]) == labels
    assert '"amod"' in json.dumps(axis["labelFontWeight"]).replace("\\", "")
    assert mark["encoding"]["x"]["scale"]["domain"] == [0, 1]
    (pick,) = written["params"]
    assert (pick["name"], pick["select"]["fields"]) == (charts.PICKED, ["model", "relation", "layer", "head", "clicks"])


def test_on_a_narrow_screen_each_line_says_its_relation(relations: pd.DataFrame) -> None:
    written = spec(charts.best_heads(relations, {"obj": "object → verb", "amod": "adjective → noun"}, narrow=True))
    mark = written["layer"][0]["layer"][3]
    assert rows(written, mark)[1]["said"] == "adjective → noun · L2 H0 · no evidence"
    assert mark["encoding"]["y"]["axis"]["labels"] is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_verdicts_are_the_closed_list(language: str) -> None:
    use_language(language)
    names = charts.verdict_names()
    assert set(names) == {"shared role", "no counterpart", *get_args(Verdict)}
    assert len(set(names.values())) == len(names)


def test_a_profile_shows_what_is_above_the_offset_and_what_is_not() -> None:
    table = pd.DataFrame(
        {"relation": ["obj", "det"], "label": ["object → verb", "determiner → noun"], "rate": [0.7, 0.2]}
    )
    table = table.assign(baseline=[0.3, 0.6], gain=[0.4, -0.4], n=[10, 20], model="minilm")
    table = table.assign(class_rule=[0.2, np.nan], control=[0.1, 0.2])
    head, to_beat = spec(charts.relation_profile(table, chosen="det"))["layer"]
    bar, tick, filled, hollow, ring = head["layer"]
    assert to_beat["transform"][0]["fold"] == ["class_rule", "control"]
    assert (bar["encoding"]["x"]["field"], bar["encoding"]["x2"]["field"], tick["encoding"]["x"]["field"]) == (
        "rate",
        "baseline",
        "baseline",
    )
    assert filled["transform"] == [{"filter": "datum.gain > 0"}]
    assert "transform" not in hollow
    assert "det" in json.dumps(ring["transform"])


def test_arcs_go_from_the_word_that_looks_and_wrong_ones_hang_below() -> None:
    words = ["the", "cat", "the", "mat"]
    table = pd.DataFrame({"query_position": [0, 2, 2], "key_position": [1, 3, 0], "kind": ["right", "missed", "wrong"]})
    written = spec(charts.arcs(words, table))
    _ground, curves, starts = written["layer"]
    points = pd.DataFrame(rows(written, curves))
    wrong = points[points["arc"] == 2]
    assert (wrong["x"].iloc[0], wrong["x"].iloc[-1]) == (2, 0)
    assert wrong["y"].min() == pytest.approx(-2)
    assert points[points["arc"] < 2]["y"].min() >= 0
    assert sorted(points.loc[points["step"] == 0, "x"]) == [0, 2, 2]
    assert curves["encoding"]["color"]["scale"]["domain"] == curves["encoding"]["strokeDash"]["scale"]["domain"]
    assert len(curves["encoding"]["color"]["scale"]["domain"]) == 3
    assert [row["x"] for row in rows(written, starts)] == [0, 2, 2]
    axis = curves["encoding"]["x"]["axis"]
    assert json.loads(axis["labelExpr"].removesuffix("[datum.value]")) == words


def test_a_sentence_without_links_keeps_its_words() -> None:
    written = spec(charts.arcs(["one", "two"], pd.DataFrame({"query_position": [], "key_position": [], "kind": []})))
    assert "two" in json.dumps(written["layer"][1]["encoding"]["x"]["axis"])


def patterns() -> pd.DataFrame:
    cells = [divmod(number, 4) for number in range(len(TYPES))]
    table = pd.DataFrame(cells, columns=["layer", "head"]).assign(type=TYPES, n=9)
    return table.assign(model="m", stack="encoder", offset=np.nan, evidence=0.9)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_types_differ_in_colour_and_in_letter(language: str) -> None:
    use_language(language)
    assert set(TYPE_COLOURS) == set(charts.type_names()) == set(TYPES)
    written = spec(charts.type_grid(patterns(), chosen=(1, 2)))
    cells, letters = written["layer"]
    assert len({row["letter"] for row in rows(written, letters)}) == len(TYPES)
    assert len(set(cells["encoding"]["color"]["scale"]["range"])) == len(TYPES)
    assert "datum.layer == 1 && datum.head == 2" in json.dumps(cells["encoding"]["stroke"])


def test_shares_of_each_layer_sum_to_one() -> None:
    table = patterns()
    table.loc[1, "type"] = "uniform"
    written = spec(charts.type_shares(table))
    drawn = pd.DataFrame(rows(written, written))
    assert drawn.groupby("layer")["share"].sum().tolist() == pytest.approx([1, 1])
    assert drawn.loc[(drawn["layer"] == 0) & (drawn["type"] == "uniform"), "heads"].tolist() == [2]
