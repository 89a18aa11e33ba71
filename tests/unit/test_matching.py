"""Counterparts of heads: a model finds itself again, and nothing in random weights."""

import numpy as np
import pandas as pd
import pytest
from loaded import loaded
from scipy.stats import pearsonr

import mhattn_core as mh
from mhattn_core.errors import ShapeError
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.matching.assignment import (
    NONE,
    SHARED,
    MatchBy,
    assigned,
    costs,
    match,
    mixed_costs,
    position_only,
)
from mhattn_core.measures.matching.neighbours import profiles
from mhattn_core.measures.redundancy.distances import js_distances

SENTENCES = [
    "The keys that the old man lost yesterday are on the kitchen table.",
    "Although the weather is bad, we still want to go out tonight.",
    "A child is playing football in the park while it rains.",
    "My sister reads the long letter that her friend wrote in May.",
]
LAYERS, HEADS = 3, 12
"""Of the six layers of minilm: the nulls cost the square of the number of heads."""
GENERATOR = np.random.default_rng(0)


def index(model: str, layers: int, heads: int) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([[model], ["encoder"], range(layers), range(heads)], names=HEAD_COLUMNS)


def features(name: str, by: MatchBy) -> list[np.ndarray]:
    """Of the heads of the first layers of an encoder, one array a sentence."""
    found = []
    for sentence in SENTENCES:
        seen = mh.attend(loaded(name), mh.SentencePair(sentence))
        if by == "profile":
            heads = profiles(heads_table(seen)).dropna(axis=1, how="all").to_numpy()
        elif by == "js":
            heads = heads_of(seen, "encoder").arrays
        else:
            written = seen.words("encoder").query_axis.averaged(seen.contributions("encoder"))
            heads = written.reshape(-1, *written.shape[2:])
        found.append(heads[: LAYERS * HEADS])
    return found


def matched(a: list[np.ndarray], b: list[np.ndarray], twin: list[np.ndarray], by: MatchBy) -> pd.DataFrame:
    each = np.stack([costs(x, y, by=by) for x, y in zip(a, b, strict=True)])
    resampled = np.stack([each[GENERATOR.integers(0, len(each), len(each))].mean(axis=0) for _draw in range(12)])
    nulls = np.mean([mixed_costs(x, y, by=by, draws=10) for x, y in zip(a, b, strict=True)], axis=0)
    random = np.mean([costs(x, y, by=by) for x, y in zip(a, twin, strict=True)], axis=0)[None]
    return match(
        each.mean(axis=0),
        index("a", LAYERS, HEADS),
        index("b", LAYERS, HEADS),
        by=by,
        nulls=nulls,
        twin=random,
        resampled=resampled,
    )


@pytest.mark.parametrize("by", ["profile", "js", "cka"])
def test_a_model_finds_its_own_heads_in_another_order_and_nothing_in_random_weights(by: MatchBy) -> None:
    own, random = features("minilm", by), features("minilm@random", by)
    # Within layers: depth is part of what a counterpart shares.
    order = np.concatenate([HEADS * layer + GENERATOR.permutation(HEADS) for layer in range(LAYERS)])
    found = matched(own, [heads[order] for heads in own], random, by)
    assert (order[HEADS * found["layer_b"] + found["head_b"]] == np.arange(LAYERS * HEADS)).all()
    assert set(found["verdict"]) == {SHARED}
    assert found["mutual"].all()
    assert set(matched(own, random, random, by)["verdict"]) == {NONE}


def test_profiles_are_compared_by_pearsons_r_over_common_measures() -> None:
    a, b = GENERATOR.normal(size=(3, 6)), GENERATOR.normal(size=(2, 6))
    a[1, 2] = b[0, 4] = np.nan
    found = costs(a, b, by="profile")
    assert found[0, 1] == pytest.approx(1 - pearsonr(a[0], b[1])[0])
    common = [0, 1, 3, 5]
    assert found[1, 0] == pytest.approx(1 - pearsonr(a[1, common], b[0, common])[0])
    a[2, :4] = np.nan
    assert np.isnan(costs(a, b, by="profile")[2]).all()  # two measures in common at most


def test_the_assignment_is_the_cheapest_and_leaves_heads_of_the_larger_model_alone() -> None:
    cost = np.array([[4.0, 1.0], [2.0, 0.5], [0.1, 9.0]])
    assert assigned(cost).tolist() == [-1, 1, 0]
    assert assigned(cost.T).tolist() == [2, 1]
    cost[2] = np.nan
    assert assigned(cost).tolist() == [1, 0, -1] or assigned(cost).tolist() == [0, 1, -1]
    assert assigned(np.full((2, 3), np.nan)).tolist() == [-1, -1]


def test_a_match_must_beat_each_null_its_own_depth_and_resampling() -> None:
    cost = np.array([[0.1, 0.9, 0.9], [0.9, 0.1, 0.9]])
    far, near = np.full((5, 2, 3), 0.5), np.full((5, 2, 3), 0.05)
    names = index("a", 1, 2), index("b", 1, 3)
    steady = np.stack([cost] * 10)

    def verdicts(nulls: np.ndarray, twin: np.ndarray, resampled: np.ndarray) -> list[str]:
        return match(cost, *names, by="js", nulls=nulls, twin=twin, resampled=resampled)["verdict"].tolist()

    assert verdicts(far, far, steady) == [SHARED, SHARED]
    assert verdicts(near, far, steady) == [NONE, NONE]
    assert verdicts(far, near, steady) == [NONE, NONE]
    only_first = far.copy()
    only_first[:, 1, 2] = 0.05
    assert verdicts(only_first, far, steady) == [SHARED, NONE]
    shaken = steady.copy()
    shaken[:2] = cost[:, [1, 0, 2]]
    assert verdicts(far, far, shaken) == [NONE, NONE]
    with pytest.raises(ShapeError):
        match(cost.T, *names, by="js", nulls=far, twin=far, resampled=steady)


def test_a_partner_that_any_head_of_that_depth_could_be_is_none() -> None:
    # The head of a's only layer costs the least with b's second layer, but b's first layer holds a cheaper one taken by
    # nobody else.
    cost = np.array([[0.3, 0.1, 0.9], [0.1, 0.3, 0.9]])
    far = np.full((3, 2, 3), 0.8)
    swapped = match(cost, index("a", 1, 2), index("b", 1, 3), by="js", nulls=far, twin=far, resampled=cost[None])
    assert swapped["head_b"].tolist() == [1, 0]
    assert (swapped["cost"] <= swapped["depth95"]).all()


def test_heads_without_a_partner_have_no_name_beside_them() -> None:
    cost = np.array([[4.0, 1.0], [2.0, 0.5], [0.1, 9.0]])
    null = np.full((2, 3, 2), 5.0)
    found = match(cost, index("a", 3, 1), index("b", 2, 1), by="js", nulls=null, twin=null, resampled=cost[None])
    assert found["head_b"].isna().tolist() == [True, False, False]
    assert found["cost"].isna().tolist() == [True, False, False]
    assert found["verdict"][0] == NONE


def test_mixed_features_keep_every_feature_and_no_head() -> None:
    patterns = GENERATOR.dirichlet(np.ones(6), size=(5, 4))
    draws = mixed_costs(patterns, patterns, by="js", draws=3)
    assert draws.shape == (3, 5, 5)
    assert (draws.min(axis=(1, 2)) > 0).all()
    np.testing.assert_allclose(mixed_costs(patterns, patterns, by="js", draws=2), draws[:2])


def test_a_head_of_positions_is_its_own_position_only_head() -> None:
    offsets = np.array([0.1, 0.5, 0.2])  # previous, same, next
    head = sum(np.eye(5, k=step) * weight for step, weight in zip((-1, 0, 1), offsets, strict=True))[None]
    everywhere = np.ones((5, 5), dtype=bool)
    np.testing.assert_allclose(position_only(head, everywhere), head)
    other = head.copy()
    other[0, 2] = [0.8, 0, 0, 0, 0]
    averaged = position_only(other, everywhere)
    assert js_distances(other, averaged)[0, 0] > 0.1
    assert averaged[0, 2, 0] == pytest.approx(0.8 / 3)
    assert averaged[0, 2, 0] == averaged[0, 3, 1] == averaged[0, 4, 2]
