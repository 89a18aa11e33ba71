"""Matching over pairs: a model finds its own heads in another order, and nothing in random weights."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from loaded import loaded

from mhattn_core.experiments.matching import text_patterns
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.measures.matching.assignment import NONE, SHARED
from mhattn_core.measures.matching.profiles import Profiles, profile_costs, standardised
from mhattn_core.measures.matching.texts import cka_costs, common_sides, js_costs
from mhattn_core.measures.word_outputs import WordOutputs
from mhattn_core.models import Model
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.corpus import records_of
from mhattn_core.runs.profiles import profiles
from mhattn_core.runs.studies.matches import stacks
from mhattn_core.runs.sums import ModelSums, text_key
from mhattn_core.text.examples import example_pairs

RECORDS = records_of(example_pairs("english", "english_next"))[0][:40]
PAIRS = [record.pair for record in RECORDS]
KEYS = [text_key(record) for record in RECORDS]
# Within layers: depth is part of what a counterpart shares.
ORDER = np.concatenate([12 * layer + np.random.default_rng(layer).permutation(12) for layer in range(6)])


def measured(model: Model) -> Profiles:
    sums = ModelSums()
    sums.add_chunk(measure_chunk(model, PAIRS, ("basic", "patterns")), RECORDS)
    return profiles(model.name, sums, {}, dict(zip((record.id for record in RECORDS), KEYS, strict=True)))["encoder"]


@pytest.fixture(scope="module")
def twins() -> tuple[Model, Model]:
    """Random weights of two seeds."""
    minilm = loaded("minilm")
    return random_control(minilm, 0), random_control(minilm, 1)


def test_by_profile(minilm: Model, twins: tuple[Model, Model]) -> None:
    own, random, other = measured(minilm), measured(twins[0]), measured(twins[1])
    mixed = replace(own, a=own.a[ORDER], b=own.b[ORDER], replicates=own.replicates[:, ORDER])
    found = profile_costs(own, mixed, random).table(own.index, own.index, by="profile")
    assert (ORDER[12 * found["layer_b"].to_numpy(int) + found["head_b"].to_numpy(int)] == np.arange(72)).all()
    assert found["mutual"].all()
    assert (found["verdict"] == SHARED).mean() > 0.9
    np.testing.assert_allclose(found["held_out"], 1)
    nothing = profile_costs(own, random, other).table(own.index, random.index, by="profile")
    assert set(nothing["verdict"]) == {NONE}
    assert nothing["held_out"].median() < 0.6


def test_by_the_same_words(minilm: Model, twins: tuple[Model, Model]) -> None:
    own, random, other = (text_patterns(model, PAIRS[:12])["encoder"] for model in (minilm, *twins))
    mixed = {number: replace(text, pattern=text.pattern[ORDER]) for number, text in own.items()}
    index = measured(minilm).index
    costs = js_costs(own, mixed, random, KEYS, causal=False)
    assert costs is not None
    found = costs.table(index, index, by="js")
    assert (ORDER[12 * found["layer_b"].to_numpy(int) + found["head_b"].to_numpy(int)] == np.arange(72)).all()
    assert set(found["verdict"]) == {SHARED}
    assert (found["cost"] < found["position_only"]).all()
    assert (found["n"] == 12).all()
    nothing = js_costs(own, random, other, KEYS, causal=False)
    assert nothing is not None
    assert set(nothing.table(index, index, by="js")["verdict"]) == {NONE}


def test_by_what_they_write(minilm: Model, twins: tuple[Model, Model]) -> None:
    own, random, other = (word_outputs(model, PAIRS)["encoder"] for model in (minilm, *twins))
    order = np.arange(72).reshape(6, 12)[:, ::-1].ravel()
    projections = tuple(layer.flip(0) for layer in own.projections)
    mixed = WordOutputs(own.outputs[order], own.texts, own.words, projections)
    index = measured(minilm).index
    costs = cka_costs(own, mixed, random)
    assert costs is not None
    found = costs.table(index, index, by="cka")
    assert (order[12 * found["layer_b"].to_numpy(int) + found["head_b"].to_numpy(int)] == np.arange(72)).all()
    assert (found["verdict"] == SHARED).mean() > 0.9
    nothing = cka_costs(own, random, other)
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
    assert js_costs(joined, {1: joined[0]}, joined, KEYS, causal=False) is None


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

    assert profile_costs(made("encoder"), made("decoder"), made("decoder")).measures == 3
    assert profile_costs(made("encoder"), made("encoder"), made("encoder")).measures == 4


def measured_index(stack: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([["m"], [stack], range(2), range(3)], names=["model", "stack", "layer", "head"])


def test_standardised_columns_have_mean_0_and_deviation_1_and_constants_none() -> None:
    values = np.array([[1.0, 5, 2], [3, 5, np.nan], [8, 5, 4]])
    found = standardised(values)
    np.testing.assert_allclose(found[:, 0], (values[:, 0] - 4) / values[:, 0].std())
    assert np.isnan(found[:, 1]).all()
    np.testing.assert_allclose(found[[0, 2], 2], [-1, 1])
