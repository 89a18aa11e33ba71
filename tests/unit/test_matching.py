"""Counterparts of heads: a model finds its own heads again in any order, and made-up heads are found no more often than
they may be.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from mhattn_core.errors import ShapeError
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.matching.assignment import assigned, costs, mutually_nearest
from mhattn_core.measures.matching.effects import effect_costs
from mhattn_core.measures.matching.nulls import distance_nulls, similarity_nulls, unit
from mhattn_core.measures.matching.profiles import Profiles, profile_costs
from mhattn_core.measures.matching.texts import position_only
from mhattn_core.measures.matching.verdicts import NONE, SHARED, match, reliabilities, significance
from mhattn_core.measures.redundancy.cka import centred_grams, debiased_cka
from mhattn_core.measures.redundancy.distances import js_distances

MEASURES = 30


def index(model: str, heads: int) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([[model], ["encoder"], [0], range(heads)], names=HEAD_COLUMNS)


def correlated(heads: int, generator: np.random.Generator) -> np.ndarray:
    """Profiles of some five dimensions, as those of models are: ``[head, measure]``."""
    axes = np.random.default_rng(7).normal(size=(MEASURES, MEASURES)) * 0.7 ** np.arange(MEASURES)[:, None]
    return generator.normal(size=(heads, MEASURES)) @ axes


def measured(model: str, heads: np.ndarray, noise: float, generator: np.random.Generator, pairs: int = 99) -> Profiles:
    """What is measured of heads on two halves and on resampled pairs, each with noise of its own."""

    def once() -> np.ndarray:
        return heads + noise * generator.normal(size=heads.shape)

    names = tuple(f"m{number}" for number in range(MEASURES))
    return Profiles(index(model, len(heads)), names, once(), once(), np.stack([once() for _draw in range(8)]), pairs)


def table(a: Profiles, b: Profiles) -> pd.DataFrame:
    found = profile_costs(a, b)
    assert found is not None
    return found.table(a.index, b.index, by="profile")


def test_a_copy_with_its_heads_in_another_order_is_found_whole() -> None:
    generator = np.random.default_rng(0)
    heads = correlated(40, generator)
    order = generator.permutation(40)
    found = table(measured("a", heads, 0.05, generator), measured("b", heads[order], 0.05, generator))
    assert (order[found["head_b"].to_numpy(int)] == np.arange(40)).all()
    assert set(found["verdict"]) == {SHARED}
    assert (found["attainable"] == 1).all()
    assert (found["reliability"] > 0.95).all()


def test_heads_that_follow_from_the_covariance_of_profiles_are_found_no_more_often_than_they_may_be() -> None:
    """Both models are draws of one Gaussian. With each measure dealt out by itself nearly all of them were found."""
    generator = np.random.default_rng(1)
    single, together = [], []
    for _simulation in range(20):
        a, b = correlated(30, generator), correlated(45, generator)
        found = table(measured("a", a, 0.0, generator), measured("b", b, 0.0, generator))
        single.append((found["p"] <= 0.05).mean())
        together.append((found["verdict"] == SHARED).any())
    assert np.mean(single) <= 0.06
    assert np.mean(together) <= 0.15  # of 20 simulations; the stated rate is 0.05


@pytest.mark.parametrize("pairs", [60, 240, 3840])
def test_where_there_is_nothing_a_larger_corpus_finds_no_more(pairs: int) -> None:
    generator = np.random.default_rng(pairs)
    noise = 8 / np.sqrt(pairs)
    a, b = (measured(name, correlated(36, generator), noise, generator, pairs) for name in "ab")
    assert (table(a, b)["verdict"] == SHARED).sum() == 0


def test_heads_measured_with_little_are_not_relied_on() -> None:
    generator = np.random.default_rng(3)
    heads = correlated(30, generator)
    clear, noisy = (
        table(measured("a", heads, noise, generator), measured("b", heads, noise, generator)) for noise in (0.05, 12.0)
    )
    assert (clear["verdict"] == SHARED).mean() > 0.9
    assert (noisy["reliability"] < 0.7).mean() > 0.9
    assert set(noisy["verdict"]) == {NONE}
    assert noisy["attainable"].mean() < clear["attainable"].mean()


def test_made_up_heads_keep_the_covariance_and_the_cost_to_them_is_by_hand() -> None:
    generator = np.random.default_rng(4)
    a, b = generator.normal(size=(3, 6)), generator.normal(size=(5, 6)) * [3, 1, 1, 1, 1, 0.1]
    found = similarity_nulls(a, b, draws=2)
    mean = unit(b).mean(axis=0)
    left, sizes, axes = np.linalg.svd(unit(b) - mean, full_matrices=False)
    dealt = np.random.default_rng(0)
    for draw in found:
        made = dealt.permuted(left * sizes, axis=0) @ axes + mean
        np.testing.assert_allclose(draw, (1 - unit(a) @ unit(made).T).min(axis=1), atol=1e-9)


def test_squared_distances_have_the_null_of_the_points_they_lie_between() -> None:
    generator = np.random.default_rng(5)
    a, b = generator.normal(size=(4, 3)), generator.normal(size=(6, 3)) + 1
    to_b, within_b = (np.square(one[:, None] - b).sum(axis=-1) for one in (a, b))
    found = distance_nulls(to_b, within_b, draws=300)
    left, sizes, axes = np.linalg.svd(b - b.mean(axis=0), full_matrices=False)
    made = [generator.permuted(left * sizes, axis=0) @ axes + b.mean(axis=0) for _draw in range(3000)]
    expected = np.array([np.square(a[:, None] - points).sum(axis=-1).min(axis=1) for points in made])
    np.testing.assert_allclose(found.mean(axis=0), expected.mean(axis=0), rtol=0.1)
    with pytest.raises(ShapeError):
        distance_nulls(to_b, within_b[:2])
    with pytest.raises(ShapeError):
        similarity_nulls(a, b[:, :2])


def test_debiased_cka_is_the_cosine_of_centred_grams() -> None:
    generator = np.random.default_rng(6)
    x, y = generator.normal(size=(3, 11, 4)), generator.normal(size=(2, 11, 7))
    y[0, :, :4] += x[1]
    cosines = unit(centred_grams(x)) @ unit(centred_grams(y)).T
    np.testing.assert_allclose(cosines, debiased_cka(x, y), atol=1e-12)
    with pytest.raises(ShapeError):
        centred_grams(x[:, :3])


def test_profiles_are_compared_by_pearsons_r_over_common_measures() -> None:
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(3, 6)), generator.normal(size=(2, 6))
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
    assert mutually_nearest(cost, assigned(cost)).tolist() == [False, True, True]
    assert assigned(cost.T).tolist() == [2, 1]
    cost[2] = np.nan
    assert assigned(cost).tolist() == [1, 0, -1] or assigned(cost).tolist() == [0, 1, -1]
    assert assigned(np.full((2, 3), np.nan)).tolist() == [-1, -1]


def test_a_match_must_beat_made_up_heads_over_all_heads_be_reliable_and_mutual() -> None:
    cost = np.array([[0.1, 0.9, 0.8], [0.9, 0.15, 0.7]])
    far = np.full((99, 2), 0.5)
    names = index("a", 2), index("b", 3)

    def verdicts(nulls: np.ndarray, halves: np.ndarray, cost: np.ndarray = cost) -> list[str]:
        rows = match(cost, *names, by="js", nulls=nulls, halves=halves, resampled=cost[None])
        return rows["verdict"].tolist()

    steady = np.stack([cost, cost])
    assert verdicts(far, steady) == [SHARED, SHARED]
    near = far.copy()
    near[:3, 0] = 0.05  # p = 0.04 alone, and 0.04 after the correction; one draw more is too many
    assert verdicts(near, steady) == [SHARED, SHARED]
    near[:6, 0] = 0.05
    assert verdicts(near, steady) == [NONE, SHARED]
    shaken = np.stack([cost, cost[::-1]])
    assert verdicts(far, shaken) == [NONE, NONE]
    taken = cost.copy()
    taken[1] = [0.05, 0.15, 0.7]  # the first head's partner is nearer to the second
    assert verdicts(far, np.stack([taken, taken]), taken) == [NONE, NONE]
    with pytest.raises(ShapeError):
        match(cost[:, :2], *names, by="js", nulls=far, halves=steady[:, :, :2], resampled=cost[None, :, :2])


def test_heads_without_a_partner_have_no_name_beside_them_and_are_not_tested() -> None:
    cost = np.array([[4.0, 1.0], [2.0, 0.5], [0.1, 9.0]])
    found = match(
        cost,
        index("a", 3),
        index("b", 2),
        by="js",
        nulls=np.full((9, 3), 5.0),
        halves=np.stack([cost] * 2),
        resampled=cost[None],
    )
    assert found["head_b"].isna().tolist() == [True, False, False]
    assert set(found["model_b"]) == {"b"}  # so that they count among the heads that have none
    assert found[["cost", "p", "q", "reliability", "stability"]].isna().all(axis=1).tolist() == [True, False, False]
    assert found["verdict"][0] == NONE


def test_p_never_is_0_and_q_is_by_hand() -> None:
    nulls = np.arange(1, 101)[:, None] * np.ones(3)
    p, q = significance(np.array([0.5, 4.0, np.nan]), nulls)
    np.testing.assert_allclose(p, [1 / 101, 5 / 101, np.nan])
    np.testing.assert_allclose(q, [2 / 101, 5 / 101, np.nan])


def test_reliability_is_that_of_two_halves_together() -> None:
    generator = np.random.default_rng(8)
    halves = generator.normal(size=(2, 4, 9))
    halves[1, 0] = halves[0, 0]
    halves[1, 3] = 7
    halves[0, 2, 4] = np.nan
    found = reliabilities(halves)
    assert found[0] == pytest.approx(1)
    r = pearsonr(halves[0, 1], halves[1, 1])[0]
    assert found[1] == pytest.approx(2 * r / (1 + r))
    r = pearsonr(np.delete(halves[0, 2], 4), np.delete(halves[1, 2], 4))[0]
    assert found[2] == pytest.approx(2 * r / (1 + r))
    assert np.isnan(found[3])


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


def test_by_effect_heads_are_found_by_the_texts_on_which_they_matter() -> None:
    """All heads share that some texts are hard; and the two models measure different quantities of different size."""
    generator = np.random.default_rng(9)
    hard = 3 * generator.gamma(2, size=40)
    kinds = generator.normal(size=(5, 40))  # of what a text may be hard for
    heads = generator.normal(size=(20, 5)) @ kinds
    order = generator.permutation(20)
    a = hard + heads + 0.1 * generator.normal(size=heads.shape)
    b = 1e-5 * (hard + heads[order] + 0.1 * generator.normal(size=heads.shape))
    a[:, 7] = np.nan
    keys, folds = [f"text {number}" for number in range(40)], list(range(20)) * 2
    costs = effect_costs(a, b, keys, folds)
    assert costs is not None
    assert costs.n == 39
    x, y = ((one - one.mean(axis=0)) / one.std(axis=0) for one in (np.delete(a, 7, axis=1), np.delete(b, 7, axis=1)))
    assert costs.cost[2, 5] == pytest.approx(1 - pearsonr(x[2], y[5])[0])
    found = costs.table(index("a", 20), index("b", 20), by="effect")
    assert (order[found["head_b"].to_numpy(int)] == np.arange(20)).all()
    assert (found["verdict"] == SHARED).mean() > 0.9
    others = hard + generator.normal(size=(20, 5)) @ generator.normal(size=(5, 40))
    nothing = effect_costs(a, others, keys, folds)
    assert nothing is not None
    assert set(nothing.table(index("a", 20), index("b", 20), by="effect")["verdict"]) == {NONE}
    assert effect_costs(a[:, :9], b[:, :9], keys, folds) is None
