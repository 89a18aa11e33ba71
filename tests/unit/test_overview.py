"""The overview of heads, from tables made up by hand: 2 × 3 heads of one model, 3 × 2 of another."""

from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.findings.overview.answers import overview_answers
from mhattn_core.findings.overview.heads import head_overview
from mhattn_core.findings.overview.map import VIEWS, overview
from mhattn_core.runs.manifest import Manifest

A, B = "minilm", "smollm2"
CONTROLS = [f"{B}@random", f"{B}@shuffled"]
SHAPES = {A: ("encoder", 2, 3), B: ("decoder", 3, 2), **dict.fromkeys(CONTROLS, ("decoder", 3, 2))}
CELLS = [
    (model, stack, layer, head)
    for model, (stack, layers, heads) in SHAPES.items()
    for layer in range(layers)
    for head in range(heads)
]


def relation(model: str, stack: str, cell: tuple[int, int], name: str, verdict: str, gain: float) -> dict[str, object]:
    return {
        "model": model,
        "stack": stack,
        "layer": cell[0],
        "head": cell[1],
        "relation": name,
        "score": "hit",
        "direction": "later_to_earlier",
        "verdict": verdict,
        "gain": gain,
        "held_out": 0.5,
        "class_rule": 0.3,
    }


def matched(cell_a: tuple[int, int], model_b: str, cell_b: tuple[int, int], verdict: str) -> dict[str, object]:
    return {
        "model_a": A,
        "stack_a": "encoder",
        "layer_a": cell_a[0],
        "head_a": cell_a[1],
        "model_b": model_b,
        "stack_b": "decoder",
        "layer_b": cell_b[0],
        "head_b": cell_b[1],
        "by": "profile",
        "verdict": verdict,
    }


TABLES = {
    "heads": [
        {"model": m, "stack": s, "layer": i, "head": h, "measure": "entropy", "group": "", "value": 1.0, "n": 9}
        for m, s, i, h in CELLS
    ],
    "relations": [
        relation(A, "encoder", (1, 2), "obj", "nearest-class head", 0.4),
        relation(A, "encoder", (1, 2), "det", "pattern specialist", 0.2),
        relation(A, "encoder", (1, 2), "nsubj.control", "pattern specialist", 0.9),
        relation(A, "encoder", (0, 1), "previous_word", "pattern specialist", 0.3),
        relation(B, "decoder", (2, 0), "obj", "no evidence", 0.1),
    ],
    "ablation": [
        {
            "model": m,
            "stack": s,
            "layer": i,
            "head": h,
            "kind": k,
            "quantity": "loss",
            "delta": d,
            "low": low,
            "high": 2 * d - low,
        }
        for m, s, i, h, k, d, low in (
            (A, "encoder", 1, 2, "zero", 9.0, 9.0),
            (A, "encoder", 1, 2, "mean", 0.08, 0.01),
            (A, "encoder", 0, 1, "mean", 0.02, -0.01),
            (B, "decoder", 2, 0, "mean", -0.03, -0.05),
        )
    ],
    "distances": [
        {"model": A, "stack": "encoder", "layer_a": 0, "head_a": 0, "layer_b": 1, "head_b": 2, "js": 0.2},
        {"model": A, "stack": "encoder", "layer_a": 0, "head_a": 0, "layer_b": 0, "head_b": 1, "js": 0.04},
    ],
    "patterns": [{"model": A, "stack": "encoder", "layer": 0, "head": 1, "type": "diagonal"}],
    "matches": [
        matched((1, 2), B, (2, 0), "shared role"),
        matched((0, 1), B, (0, 0), "no counterpart"),
        matched((0, 1), f"{B}@random", (0, 0), "no counterpart"),
    ],
}


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    for name, rows in TABLES.items():
        pd.DataFrame(rows).to_parquet(tmp_path / f"{name}.parquet")
    models = tuple((model, "revision") for model in SHAPES)
    return mh.Run(tmp_path, Manifest(models, "corpus", 9, tuple(TABLES), keep_sentences=False))


def row(table: pd.DataFrame, name: str) -> "pd.Series[object]":
    return table.set_index("name").loc[name]


def test_every_head_has_a_row_and_what_was_not_measured_of_it_is_empty(run: mh.Run) -> None:
    heads = head_overview(run, [A, B])
    assert len(heads) == 12
    bare = row(heads, f"{B} · L1 H1")
    assert (bare["relation"], bare["similar"], bare["type"], bare["partner"]) == ("", "", "", "")
    assert pd.isna(bare["effect"])
    assert not bare["redundant"]


def test_a_role_is_the_strongest_verdict_and_no_controls(run: mh.Run) -> None:
    heads = head_overview(run, [A, B])
    best = row(heads, f"{A} · L1 H2")
    assert (best["relation"], best["verdict"], best["family"]) == ("det", "pattern specialist", "syntax")
    assert row(heads, f"{A} · L0 H1")["family"] == "position"
    assert row(heads, f"{B} · L2 H0")["relation"] == ""  # no evidence is no role


def test_effects_are_of_one_kind_and_the_largest_is_named(run: mh.Run) -> None:
    heads = head_overview(run, [A, B])
    assert row(heads, f"{A} · L1 H2")["effect"] == 0.08
    said = mh.finding(run, "overview", view="effect").text
    change = "loss added (nats per token)"
    assert f"{A} · L1 H2 +0.080, {change}; {B} · L2 H0 −0.030, {change}" in said


def test_the_nearest_head_is_found_from_both_sides(run: mh.Run) -> None:
    heads = head_overview(run, [A, B])
    nearest = heads.set_index("name")["similar"]
    assert [nearest[f"{A} · {head}"] for head in ("L0 H0", "L0 H1", "L1 H2")] == ["L0 H1", "L0 H0", "L0 H0"]
    assert list(heads.loc[heads["redundant"], "name"]) == [f"{A} · L0 H0", f"{A} · L0 H1"]


def test_counterparts_are_of_trained_models_and_mutual(run: mh.Run) -> None:
    heads = head_overview(run, [A, B, f"{B}@random"])
    pairs = heads.loc[heads["partner"] != "", ["name", "partner"]]
    assert pairs.to_numpy().tolist() == [
        [f"{A} · L1 H2", f"{B} · L2 H0"],
        [f"{B} · L2 H0", f"{A} · L1 H2"],
    ]


@pytest.mark.parametrize(("view", "counts"), [("role", (2, 0)), ("redundancy", (2, 0)), ("pattern", (1, 0))])
def test_the_map_says_how_many_and_colours_them(run: mh.Run, view: str, counts: tuple[int, int]) -> None:
    finding = mh.finding(run, "overview", view=view)
    assert f"minilm: {counts[0]} of 6 heads" in finding.text
    assert f"smollm2: {counts[1]} of 6 heads" in finding.text
    coloured = finding.table[finding.table["colour"] != ""]
    assert coloured.groupby("model").size().to_dict() == {A: counts[0]}
    spec = finding.chart.to_dict()
    assert len(spec["hconcat"]) == 2  # the random control stands below the model of fewest layers
    assert "vconcat" in spec["hconcat"][0]
    assert finding.draw_narrow is not None
    assert len(finding.draw_narrow().to_dict()["vconcat"]) == 2


def test_a_colour_is_as_large_as_its_share_of_the_largest_effect(run: mh.Run) -> None:
    table = mh.finding(run, "overview", view="role").table.set_index("name")
    assert table.loc[f"{A} · L1 H2", "fill"] == 1.0
    assert table.loc[f"{A} · L0 H1", "fill"] == pytest.approx(0.25)


def test_three_sentences_say_what_it_comes_to(run: mh.Run) -> None:
    specialise, share, replace = overview_answers(run, [A, B, f"{B}@random"])
    assert "minilm: 2 of 6 heads found" in specialise.sentence
    assert "0 more gained" in specialise.sentence
    assert "smollm2: 0 of 6 heads found" in specialise.sentence
    assert "Heads of minilm with a counterpart in smollm2: 1 of 6" in share.sentence
    assert "random: 0" in share.sentence
    assert "Too few heads" in replace.sentence


def test_another_view_is_refused(run: mh.Run) -> None:
    with pytest.raises(mh.Problem, match="not a view"):
        mh.finding(run, "overview", view="beauty")


@pytest.mark.parametrize("models", [[A], [B, *CONTROLS], CONTROLS[:1], CONTROLS])
def test_whatever_models_are_shown_the_map_has_words(run: mh.Run, models: list[str]) -> None:
    for view in VIEWS:
        assert overview(run, models=models, view=view).sentence.strip()
