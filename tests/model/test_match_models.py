"""Matching over pairs: a model finds its own heads in another order, and nothing in random weights."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from loaded import loaded

from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.experiments.matching import text_effects, text_patterns
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.heads import Head
from mhattn_core.measures.matching.profiles import Profiles, profile_costs, standardised
from mhattn_core.measures.matching.texts import cka_costs, common_sides, js_costs
from mhattn_core.measures.matching.verdicts import NONE, SHARED
from mhattn_core.measures.word_outputs import WordOutputs
from mhattn_core.models.model import Model
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.corpus import records_of
from mhattn_core.runs.profiles import profiles
from mhattn_core.runs.studies.matches import stacks
from mhattn_core.runs.sums import ModelSums, fold_of, text_key
from mhattn_core.text.examples import example_pairs

RECORDS = records_of(example_pairs("english", "english_next"))[0][:40]
PAIRS = [record.pair for record in RECORDS]
KEYS = [text_key(record) for record in RECORDS]
FOLDS = [fold_of(record) for record in RECORDS]
# Within layers: depth is part of what a counterpart shares.
ORDER = np.concatenate([12 * layer + np.random.default_rng(layer).permutation(12) for layer in range(6)])


def measured(model: Model) -> Profiles:
    sums = ModelSums()
    sums.add_chunk(measure_chunk(model, PAIRS, ("basic", "patterns")), RECORDS)
    return profiles(model.name, sums, {}, dict(zip((record.id for record in RECORDS), KEYS, strict=True)))["encoder"]


@pytest.fixture(scope="module")
def random() -> tuple[Model, Model]:
    """Random weights of two seeds."""
    minilm = loaded("minilm")
    return random_control(minilm, 0), random_control(minilm, 1)


def partners(found: pd.DataFrame, order: np.ndarray) -> np.ndarray:
    return order[12 * found["layer_b"].to_numpy(int) + found["head_b"].to_numpy(int)]


def test_by_profile(minilm: Model, random: tuple[Model, Model]) -> None:
    own, one, other = measured(minilm), measured(random[0]), measured(random[1])
    mixed = replace(own, a=own.a[ORDER], b=own.b[ORDER], replicates=own.replicates[:, ORDER])
    costs = profile_costs(own, mixed)
    assert costs is not None
    found = costs.table(own.index, own.index, by="profile")
    assert (partners(found, ORDER) == np.arange(72)).all()
    assert found["mutual"].all()
    assert (found["verdict"] == SHARED).mean() > 0.9
    np.testing.assert_allclose(found["held_out"], 1)
    for a, b in ((own, one), (one, other)):
        nothing = profile_costs(a, b)
        assert nothing is not None
        assert (nothing.table(a.index, b.index, by="profile")["verdict"] == SHARED).sum() <= 1


def test_by_the_same_words(minilm: Model, random: tuple[Model, Model]) -> None:
    own, one = (text_patterns(model, PAIRS[:12])["encoder"] for model in (minilm, random[0]))
    mixed = {number: replace(text, pattern=text.pattern[ORDER]) for number, text in own.items()}
    index = measured(minilm).index
    for visible_only in (False, True):
        costs = js_costs(own, mixed, KEYS, FOLDS, causal=False, visible_only=visible_only)
        assert costs is not None
        found = costs.table(index, index, by="js")
        assert (partners(found, ORDER) == np.arange(72)).all()
        assert (found["verdict"] == SHARED).mean() > 0.9
        assert (found["cost"] < found["position_only"]).all()
        assert (found["n"] == 12).all()
    nothing = js_costs(own, one, KEYS, FOLDS, causal=False)
    assert nothing is not None
    assert set(nothing.table(index, index, by="js")["verdict"]) == {NONE}


def test_what_a_causal_model_does_not_see_is_not_compared(minilm: Model) -> None:
    """An encoder's heads, their weight on later words moved anywhere behind the query, remain the same."""
    own = text_patterns(minilm, PAIRS[:12])["encoder"]
    changed = {
        number: replace(text, pattern=text.pattern.tril() + text.pattern.triu(1).flip(-1).triu(1))
        for number, text in own.items()
    }
    costs, whole = (
        js_costs(own, changed, KEYS, FOLDS, causal=False, visible_only=visible_only) for visible_only in (True, False)
    )
    assert costs is not None
    assert whole is not None
    np.testing.assert_allclose(np.diag(costs.cost), 0, atol=1e-6)
    assert np.median(np.diag(whole.cost)) > 0.05


def test_by_what_they_write(minilm: Model, random: tuple[Model, Model]) -> None:
    own, one = (word_outputs(model, PAIRS)["encoder"] for model in (minilm, random[0]))
    order = np.arange(72).reshape(6, 12)[:, ::-1].ravel()
    projections = tuple(layer.flip(0) for layer in own.projections)
    mixed = WordOutputs(own.outputs[order], own.texts, own.words, projections, own.layers)
    index = measured(minilm).index
    costs = cka_costs(own, mixed, FOLDS)
    assert costs is not None
    found = costs.table(index, index, by="cka")
    assert (partners(found, order) == np.arange(72)).all()
    assert (found["q"] <= 0.05).all()
    # Twenty words a half say less of what heads write than 40 of where they look.
    assert (found["verdict"] == SHARED).mean() > 0.5
    nothing = cka_costs(own, one, FOLDS)
    assert nothing is not None
    assert set(nothing.table(index, index, by="cka")["verdict"]) == {NONE}


def test_words_are_those_that_both_stacks_have(minilm: Model) -> None:
    translator = loaded("marian-en-zh")
    pair = PAIRS[0]
    joined = text_patterns(minilm, [pair])["encoder"]
    apart = text_patterns(translator, [replace(pair, target="他们在这里。")])
    assert common_sides(joined, apart["encoder"]) == ([0], [0])
    assert common_sides(apart["cross"], apart["cross"]) == ([1], [0])
    words = len(pair.a.words)
    assert joined[0].within([0], [0]).pattern.shape == (72, words, words)
    assert apart["encoder"][0].within([0], [0]).pattern.shape[1:] == (words, words)
    # No text in common: nothing to compare.
    assert js_costs(joined, {1: joined[0]}, KEYS, FOLDS, causal=False) is None


def test_which_stacks_meet() -> None:
    assert stacks(("encoder",), ("encoder", "decoder", "cross")) == [("encoder", "encoder")]
    assert stacks(("encoder",), ("decoder",)) == [("encoder", "decoder")]
    assert stacks(("encoder", "decoder", "cross"), ("encoder", "decoder", "cross")) == [
        (name, name) for name in ("encoder", "decoder", "cross")
    ]


def test_across_masks_relations_count_in_the_direction_that_both_see() -> None:
    generator = np.random.default_rng(0)
    names = ("previous", "entropy", "relation.obj.dependent_to_head", "relation.obj.later_to_earlier", "distance")

    def made(stack: str) -> Profiles:
        index = measured_index(stack)
        values = generator.normal(size=(2, len(index), len(names)))
        return Profiles(index, names, values[0], values[1], generator.normal(size=(3, len(index), len(names))), 9)

    def common(a: Profiles, b: Profiles, *, relations: bool = True) -> int | None:
        costs = profile_costs(a, b, relations=relations)
        return costs and costs.measures

    assert common(made("encoder"), made("decoder")) == 3
    assert common(made("encoder"), made("encoder")) == 4
    assert common(made("encoder"), made("encoder"), relations=False) is None  # two measures


def measured_index(stack: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([["m"], [stack], range(2), range(3)], names=["model", "stack", "layer", "head"])


def test_standardised_columns_have_mean_0_and_deviation_1_and_constants_none() -> None:
    values = np.array([[1.0, 5, 2], [3, 5, np.nan], [8, 5, 4]])
    found = standardised(values)
    np.testing.assert_allclose(found[:, 0], (values[:, 0] - 4) / values[:, 0].std())
    assert np.isnan(found[:, 1]).all()
    np.testing.assert_allclose(found[[0, 2], 2], [-1, 1])


def test_what_a_text_loses_without_each_head(minilm: Model) -> None:
    """By hand: the sentence vector with the head's mean in its place, one minus the cosine with the whole model's."""
    found = text_effects(minilm, PAIRS[:2])["encoder"]
    assert found.shape == (72, 2)
    assert (found >= 0).all()
    table = Trials(minilm, PAIRS[:2]).totals([{Head("encoder", 2, 8): "mean"}])["displacement"][0]
    np.testing.assert_allclose(found[32], table, atol=1e-6)
