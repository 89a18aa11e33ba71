"""Head roles, as a person meets it, without a browser: on a small run written by hand, and on what ships."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from reading import open_page, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.measures.roles.table import COLUMNS, unmeasurable
from mhattn_core.runs import store
from mhattn_core.runs.manifest import Manifest

KEY = "by-hand"
SHIPPED = store.SHIPPED / "ewt-dev" / "relations.parquet"
HEADS = {"minilm": ("encoder", 6, 12), "smollm2": ("decoder", 30, 9)}


def relation(
    model: str, name: str, head: tuple[int, int], held_out: float, verdict: str, reason: str, **more: Any
) -> dict[str, Any]:
    row = dict.fromkeys(COLUMNS, np.nan) | {"model": model, "stack": HEADS[model][0], "relation": name, "score": "hit"}
    row |= {
        "layer": head[0],
        "head": head[1],
        "held_out": held_out,
        "baseline": 0.3,
        "gain": held_out - 0.3,
        "low": held_out - 0.35,
    }
    row |= {
        "high": held_out - 0.25,
        "offset": -2.0,
        "offset_gain": held_out - 0.3,
        "offset_low": held_out - 0.35,
        "offset_high": held_out - 0.25,
        "class_rule": 0.25,
        "word_class": "VERB",
        "side": "before",
        "upos": "gold",
        "control": 0.05,
        "selectivity": held_out - 0.05,
        "selectivity_low": held_out - 0.1,
        "selectivity_high": held_out,
        "word_mass": 0.6,
        "random95": 0.2,
        "shuffled95": 0.22,
        "shuffle": 0.1,
        "wins": 1.0,
        "n": 600,
        "fewest": 580,
        "q": 0.001,
        "offset_q": 0.001,
    }
    return row | {"direction": "later_to_earlier", "verdict": verdict, "reason": reason} | more


def rates(relations: pd.DataFrame) -> pd.DataFrame:
    """Every head is right for one word of ten, the best for as many as its row says."""
    parts = []
    for row in relations.itertuples():
        stack, layers, heads = HEADS[row.model]
        layer, head = (axis.ravel() for axis in np.indices((layers, heads)))
        hits = np.where((layer == row.layer) & (head == row.head), round(1000 * row.held_out), 100)
        part = {"model": row.model, "stack": stack, "relation": row.relation, "direction": row.direction}
        parts.append(pd.DataFrame({**part, "layer": layer, "head": head, "hits": hits, "n": 1000}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A finished run with two relations that can be judged, one with too few words, and one that cannot be asked."""
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    folder = tmp_path / KEY
    folder.mkdir()
    rows = [
        relation("minilm", "obj", (2, 0), 0.7, "pattern specialist", "not ablated"),
        relation("smollm2", "obj", (10, 1), 0.9, "pattern specialist", "not ablated"),
        relation("minilm", "case", (2, 8), 0.35, "nearest-class head", "nearest class", class_rule=0.6, gain=-0.25),
        relation("smollm2", "case", (13, 4), 0.6, "pattern specialist", "not ablated"),
        relation("minilm", "det", (0, 0), 0.4, "insufficient data", "few items", fewest=50, n=60),
        relation("minilm", "obj", (2, 0), 0.6, "pattern specialist", "not ablated", direction="dependent_to_head"),
    ]
    table = pd.DataFrame(rows).astype({"layer": "Int16", "head": "Int16"})
    rates(table).to_parquet(folder / "rates.parquet")
    pd.concat([table, unmeasurable("minilm", {"association": "It needs static vectors of words."})]).to_parquet(
        folder / "relations.parquet"
    )
    shapes = pd.DataFrame(
        {
            "model": "minilm",
            "stack": "encoder",
            "layer": [0, 0, 1],
            "head": [0, 1, 0],
            "offset": np.nan,
            "evidence": 0.8,
        }
    )
    shapes.assign(type=["diagonal", "heterogeneous", "vertical"], n=40).to_parquet(folder / "patterns.parquet")
    numbers = {
        "part.self": [0.5, 0.1, 0.1],
        "part.offset": [0.3, 0.1, 0.0],
        "part.content": [0.0, 0.1, 0.2],
        "part.even": [0.1, 0.5, 0.2],
    }
    heads = [
        shapes.assign(measure=name, value=values, group="", low=np.nan, high=np.nan, n=40)
        for name, values in numbers.items()
    ]
    pd.concat(heads).to_parquet(folder / "heads.parquet")
    pairs = {
        "id": ["1", "2"],
        "source": ["My sister sold her bicycle.", "Rain fell."],
        "target": ["", ""],
        "fold": [0, 1],
    }
    pd.DataFrame(pairs).to_parquet(folder / "pairs.parquet")
    Manifest((("minilm", "1"), ("smollm2", "2")), "corpus", 1234, ("basic", "relations"), finished=True).write(folder)
    yield folder
    st.cache_resource.clear()


def page(evidence: str = KEY, **parameters: str | list[str]) -> AppTest:
    return open_page("head_roles", **({"evidence": evidence, **parameters} if evidence else parameters))


def test_the_strongest_finding_stands_first_with_what_it_had_to_beat() -> None:
    app = page()
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "Strongest: **object → verb** in **smollm2 · L10 H1**, right for 90% of 600 held-out words" in said
    assert "the best fixed offset (−2) 30%, the nearest verb before it 25%, its negative control 5%" in said
    assert "the best head of random weights 20%, of shuffled weights 22%." in said
    assert "only switching it off tells whether the model needs it" in said
    assert "1,234 pairs" in said
    specialist = "attention specialist (effect not shown)"
    assert f"minilm: 1 {specialist}, 1 nearest-class head; smollm2: 2 {specialist}" in said
    assert "Insufficient data: determiner → noun." in said


def test_lines_are_sorted_by_gain() -> None:
    rows = tables(page(), "said")[0]
    assert rows["relation"].tolist() == ["obj", "obj", "case", "case"]
    assert rows["model"].tolist() == ["minilm", "smollm2"] * 2
    assert rows["said"][2] == "L2 H8 · nearest-class head · n 600"


def test_each_model_has_its_verdict_with_n_and_the_reason() -> None:
    app = page(relation="case")
    assert app.selectbox(key="relation").value == "case"
    said = texts(app)
    nearest = "**minilm · L2 H8** · nearest-class head · n 600. +5 points above the best fixed offset, but"
    assert f"{nearest} “the nearest verb before it” alone is right for 60%" in said
    assert "**smollm2 · L13 H4** · attention specialist (effect not shown) · n 600. +30 points" in said
    best = "adposition → noun: smollm2 · L13 H4 is right most often, 60%; the best fixed offset (−2) gets 30%"
    assert f"{best}, the nearest verb before it 25%. n 1,000" in said


def test_what_is_chosen_stands_in_the_address_by_name() -> None:
    app = page()
    app.selectbox(key="direction").set_value("dependent_to_head").run()
    assert app.query_params["direction"] == "dependent_to_head"
    assert "right for 60% of 600 held-out words" in texts(app)
    assert "No items in this direction: smollm2." in texts(app)
    app.selectbox(key="role").set_value("minilm · L3 H4").run()
    assert app.query_params["role"] == "minilm · L3 H4"
    assert not app.exception


def test_a_head_has_a_profile_over_all_relations() -> None:
    app = page(view="profile", role="smollm2 · L13 H4")
    said = texts(app)
    assert "**smollm2 · L13 H4** gains most on adposition → noun: 60%, +30 points over the better" in said
    assert "at least 10 points above both on 1 of 2" in said


def test_sentences_of_the_run_are_drawn_as_arcs_and_as_a_matrix() -> None:
    app = page(view="sentences", models=["minilm"])
    assert not app.exception
    said = texts(app)
    assert "of 1 of these sentences" in said
    assert "1 pair: an example" in said
    assert re.search(r"minilm · L2 H0: It (finds|misses) bicycle → sold\.", said)
    points = tables(app, "arc")[0]
    assert set(points["query"]) | set(points["key"]) >= {"bicycle", "sold"}


def test_all_numbers_hold_every_direction() -> None:
    app = page(view="table")
    (table,) = (frame.value for frame in app.dataframe)
    assert len(table) == 6
    assert set(table["direction"]) == {"later_to_earlier", "dependent_to_head"}
    assert "object → verb" in set(table["label"])


def test_a_family_without_relations_says_so() -> None:
    app = page(family="semantics", models=["minilm"])
    said = texts(app)
    assert "no relation of this family" in said
    assert "Not measurable: association. It needs static vectors of words." in said


def test_a_model_that_the_run_has_not_measured_is_named() -> None:
    said = texts(page(models=["minilm", "marian-en-zh"]))
    assert "The run “by-hand” has not measured marian-en-zh. It has minilm, smollm2." in said


def test_a_run_without_relations_names_the_way_out(run: Path) -> None:
    (run / "relations.parquet").unlink()
    st.cache_resource.clear()
    (error,) = page().error
    assert "has not measured “relations”" in error.value.replace("\\", "")
    assert "Or measure the same pairs again under “Data” with “relations”" in error.value.replace("\\", "")


def test_one_pair_is_never_the_evidence() -> None:
    app = page(evidence="")
    assert "One pair cannot tell a role or a share." in texts(app)
    assert not re.search("Strongest.*1 pair: an example", texts(app), re.DOTALL)


def test_types_come_with_how_far_they_can_be_believed() -> None:
    app = page(tab="patterns", models=["minilm"])
    assert not app.exception
    said = texts(app)
    assert "by a κ of 0.67, and the two labellings by 0.83" in said
    assert "minilm: 3 heads, 1 vertical, 1 diagonal, 1 heterogeneous" in said
    assert "**minilm · L0 H0** is called *diagonal* by the run" in said
    ideals = texts(page(tab="patterns", models=["minilm"], shapes="ideals", ideal="sparse"))
    assert "No head of minilm is sparse: L1 H0 comes nearest with 0.20, and 0.65 is asked for." in ideals
    assert "The note's own matrix" in ideals
    assert "single sentences" in texts(page(tab="patterns", models=["minilm"], shapes="ideals", ideal="block"))


@pytest.mark.parametrize(
    "parameters",
    [{}, {"view": "profile"}, {"view": "table"}, {"tab": "patterns"}, {"tab": "patterns", "shapes": "ideals"}],
)
def test_the_page_speaks_chinese(parameters: dict[str, str]) -> None:
    app = page(lang="zh", models=["minilm"], **parameters)
    assert not app.exception
    kept = r"`[^`]*`|:\w+-badge\[:\S+|minilm|smollm2|by-hand|L\d+ H\d+|\*[A-Za-z.]+\*|\bn\b|mhattn|F1|PAIRS.csv|Poisson|relations.parquet|hit|mass|low|high|JS"
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(kept, "", texts(app)))


@pytest.mark.skipif(not SHIPPED.exists(), reason="the run with trees does not ship with this copy")
def test_the_shipped_run_judges_seven_relations_in_one_view() -> None:
    app = page(evidence="")
    assert not app.exception
    rows = tables(app, "said")[0]
    assert rows.loc[rows["verdict"] != "insufficient data", "relation"].nunique() >= 7
    table = pd.read_parquet(SHIPPED)
    best = table[
        (table["model"] == "minilm") & (table["score"] == "hit") & (table["direction"] == "dependent_to_head")
    ].set_index("relation")
    assert best.loc["obj", ["layer", "head"]].tolist() == [2, 0]
    assert 0.70 <= best.loc["obj", "held_out"] <= 0.76
    assert best.loc["case", ["layer", "head"]].tolist() == [2, 8]
