"""A run over a network some of whose layers do not attend: all tables name layers by their own numbers, and what has no
heads has none.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import HEADS, family_named, model_of
from hybrids import ATTENDING, DEPTH, HYBRIDS

import mhattn_core as mh
from mhattn_core import charts
from mhattn_core.attention.gates import importance
from mhattn_core.charts.distributions import relative_depth
from mhattn_core.charts.no_attention import layers_without
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.experiments.probing import probe_words
from mhattn_core.findings.overview.heads import layers_without as without_attention
from mhattn_core.measures.default_head import suggested_heads
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.table import RandomControls, relations_table
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.relations import measure_relations
from mhattn_core.text.annotation import annotate
from mhattn_core.text.reading import PairRecord

TEXTS = [
    ("the old cat sits on a mat", "it was very tired"),
    ("the mat was long", "a cat slept all day long"),
    ("it slept on the mat all day", "the cat was very tired and it slept"),
    ("a cat and a cat", "it was a day"),
    ("the tired cat slept all day long on a mat", "it was on the mat"),
    ("it was tired and it slept", "the cat sits"),
]
RECORDS = [PairRecord(f"id{number}", mh.SentencePair(*text), line=number) for number, text in enumerate(TEXTS)]
STACK = "decoder"


@pytest.fixture(scope="module")
def model() -> mh.Model:
    return model_of(next(family for family, _layers in HYBRIDS if family.name == "lfm2"))


@pytest.fixture(scope="module")
def run(model: mh.Model, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    measures = ("basic", "patterns", "distances", "matches", "fusion", "cards")
    other = model_of(family_named("llama"))
    return mh.analyze([model, other], RECORDS, out=tmp_path_factory.mktemp("hybrid") / "run", measures=measures)


def layers_in(table: pd.DataFrame, model: str, side: str = "") -> set[int]:
    """The layers of this model of which a table says something."""
    whose = f"model{side}" if f"model{side}" in table else "model"
    own = table[table[whose] == model]
    own = own.dropna(subset="value") if "value" in own else own
    return {int(layer) for layer in own[f"layer{side}"].dropna()}


TABLES = {
    "heads": ("",),
    "patterns": ("",),
    "distances": ("_a", "_b"),
    "matches": ("_a",),
    "fusion": ("",),
    "fusion_layers": ("",),
    "cards": ("",),
}


@pytest.mark.parametrize("table", TABLES)
def test_tables_name_the_layers_that_attend(run: mh.Run, table: str) -> None:
    for side in TABLES[table]:
        assert layers_in(run.table(table), "lfm2", side) == set(ATTENDING)


def test_other_layers_have_no_heads(run: mh.Run) -> None:
    own = run.attending[run.attending["model"] == "lfm2"]
    assert list(zip(own["layer"], own["head"], strict=True)) == [
        (at, head) for at in ATTENDING for head in range(HEADS)
    ]
    silent = run.heads[(run.heads["model"] == "lfm2") & ~run.heads["layer"].isin(ATTENDING)]
    assert set(silent["layer"]) == set(range(DEPTH)) - set(ATTENDING)
    assert (silent["n"] == 0).all()
    assert silent[["value", "low", "high"]].isna().all(axis=None)
    assert without_attention(run, run.models)["layer"].tolist() == [0, 1, 2, 4]
    assert f"0 of {len(own)} heads" in mh.finding(run, "overview").sentence
    with pytest.raises(mh.Problem, match="no head"):
        run.head("lfm2", STACK, 0, 0)
    assert run.head("lfm2", STACK, 5, 1).findings


def test_a_run_says_what_one_pair_says(run: mh.Run, model: mh.Model, tmp_path: Path) -> None:
    single = mh.analyze([model], RECORDS[:1], out=tmp_path / "one").heads
    pair = heads_table(mh.attend(model, RECORDS[0].pair))
    both = single.merge(pair, on=["stack", "layer", "head", "measure", "group"], suffixes=("", "_pair"))
    assert len(both) == len(single) == len(pair)
    np.testing.assert_allclose(both["value"], both["value_pair"], atol=1e-4)
    assert (both["n"] == both["n_pair"]).all()


def test_depth_counts_all_layers(run: mh.Run) -> None:
    rows = run.heads[(run.heads["measure"] == "entropy") & (run.heads["model"] == "lfm2")]
    depth = relative_depth(rows)
    assert depth[rows["layer"] == 3].unique().tolist() == [pytest.approx(3 / 5)]


def test_maps_show_them_grey(run: mh.Run) -> None:
    rows = run.heads[run.heads["model"] == "lfm2"]
    assert layers_without(rows) == {0, 1, 2, 4}
    assert "no attention in this layer" in charts.head_grid(rows, measure="entropy").to_json()
    assert "no attention in this layer" in mh.finding(run, "overview").draw().to_json()
    llama = run.heads[run.heads["model"] == "llama"]
    assert "no attention in this layer" not in charts.head_grid(llama, measure="entropy").to_json()


def test_suggested_heads_attend(model: mh.Model) -> None:
    suggested, told = suggested_heads(mh.attend(model, RECORDS[0].pair).words(STACK))
    assert {layer for layer, _head in suggested} == set(ATTENDING)
    assert told <= len(suggested) == len(ATTENDING) * HEADS


def test_relations(model: mh.Model) -> None:
    stacks = measure_relations(model, RECORDS, annotate(RECORDS))
    assert stacks[STACK].size == len(ATTENDING) * HEADS
    units = {record.id: record.id for record in RECORDS}
    assert layers_in(relations_table(model.name, stacks, units, RandomControls()), model.name) <= set(ATTENDING)
    assert layers_in(rates_table(model.name, stacks), model.name) == set(ATTENDING)


def test_effects_and_importance(model: mh.Model) -> None:
    pairs = [record.pair for record in RECORDS]
    trials = Trials(model, pairs)
    table = ablation_table(trials, each_off(trials, "mean"), "mean", [record.id for record in RECORDS])
    assert layers_in(table, model.name) == set(ATTENDING)
    assert table["gradient_importance"].notna().all()
    found = importance(model, trials.tasks, len(pairs))[STACK]
    assert found.shape == (len(pairs), DEPTH, HEADS)
    assert (found[:, list(ATTENDING)].sum(axis=(0, 2)) > 0).all()


def test_vectors_for_probes(model: mh.Model) -> None:
    words = probe_words(model, [record.pair for record in RECORDS], annotate(RECORDS))[STACK]
    assert words.layers == ATTENDING
    assert len(words.inputs) == len(words.vectors["query"]) == len(ATTENDING)


@pytest.mark.parametrize("control", ["@random", "@shuffled"])
def test_random_controls_attend_in_the_same_layers(model: mh.Model, control: str) -> None:
    made = random_control(model, control=control)
    assert made.attention.attending(STACK) == ATTENDING
    assert made.attention.layers(STACK) == DEPTH
