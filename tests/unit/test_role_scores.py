"""Selection, intervals, tests and verdicts: by hand, on planted heads, and on heads that know nothing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mhattn_core.measures.roles import (
    MassSums,
    Questions,
    Role,
    StackItems,
    best_of_twins,
    item_table,
    mass_sums,
    reason_words,
    relations_table,
)
from mhattn_core.measures.roles.mass import mass_p, mass_score
from mhattn_core.measures.roles.scores import RelationItems, best_offset, by_pair, halves, score
from mhattn_core.measures.roles.significance import adjusted, cluster_t, sign_flip_max
from mhattn_core.measures.roles.table import COLUMNS
from mhattn_core.measures.roles.verdicts import VerdictInput, verdict
from mhattn_core.measures.statistics import FOLDS, bootstrap_weights, fold


def asked(hit: np.ndarray, *, pair: Sequence[int], folds: Sequence[int], offset: Sequence[int]) -> RelationItems:
    hit = np.asarray(hit, dtype=bool)
    return RelationItems(
        hit, np.zeros_like(hit), np.zeros(len(hit), bool), np.asarray(pair), np.asarray(folds), np.asarray(offset)
    )


def by_chance(random: np.random.Generator, items: int, heads: int, right: float = 0.3) -> RelationItems:
    """Heads that hit by chance; one item a pair, offsets that no fixed offset foresees."""
    pair = np.arange(items)
    offsets = random.choice([-9, -7, -5, -3, 3, 5, 7, 9], size=items)
    return asked(random.random((items, heads)) < right, pair=pair, folds=pair % FOLDS, offset=offsets)


# ---------------------------------------------------------------- selection


def test_selection_by_hand() -> None:
    # 40 pairs, two a fold. Head 1 is right on folds 0 to 14, head 0 in the first of each two pairs; offset -2 is right
    # in every fourth.
    pair = np.arange(40)
    folds = pair // 2
    hit = np.stack([pair % 2 == 0, folds < 15], axis=1)
    found = score(asked(hit, pair=pair, folds=folds, offset=np.where(pair % 4 == 0, -2, 20)), np.ones((3, 40)))
    choosing = halves()
    right = np.where(choosing, folds[::2] < 15, 0).sum(axis=1)
    winners = np.where(right > 5, 1, 0)
    held = np.where(winners == 1, (~choosing & (folds[::2] < 15)).sum(axis=1) / 10, 0.5)
    assert found.head == 1
    assert found.wins == pytest.approx((winners == 1).mean())
    assert found.held_out == pytest.approx(np.median(held))
    fixed = (~choosing & (np.arange(FOLDS) % 2 == 0)).sum(axis=1) / 20
    assert (found.baseline, found.offset) == (pytest.approx(np.median(fixed)), -2)
    assert found.gain == pytest.approx(np.median(held - fixed))
    # Nothing is drawn anew when each pair counts once, so the interval is that of the splits.
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(np.tile(held - fixed, 3), [0.025, 0.975])))
    assert (found.n, found.fewest) == (20, 20)
    assert np.isnan(found.shuffle)


@pytest.mark.parametrize(("items", "uncorrected"), [(50, 0.49), (200, 0.395), (1000, 0.34), (2000, 0.33)])
def test_choosing_among_many_equal_heads_flatters_and_holding_out_does_not(items: int, uncorrected: float) -> None:
    random = np.random.default_rng(items)
    best = random.binomial(items, 0.3, size=(500, 288)).max(axis=1).mean() / items
    assert best == pytest.approx(uncorrected, abs=0.006)
    trials = [by_chance(random, items, 288) for _trial in range(8)]
    assert np.mean([trial.hit.mean(axis=0).max() for trial in trials]) == pytest.approx(best, abs=0.02)
    held = np.mean([score(trial, np.ones((1, items))).held_out for trial in trials])
    assert held == pytest.approx(0.30, abs=4 * np.sqrt(0.3 * 0.7 / items / 8))


def test_the_interval_holds_what_is_true() -> None:
    """Of a head that is right in 60 % where the offset is right in 40 %, the interval of the gain holds 0.2 nearly
    always.
    """
    random = np.random.default_rng(5)
    held = 0
    for _trial in range(40):
        pair = np.arange(600)
        offset = np.where(random.random(600) < 0.4, 1, 20)
        hit = random.random((600, 1)) < 0.6
        found = score(
            asked(hit, pair=pair, folds=pair % FOLDS, offset=offset), random.poisson(1.0, (100, 600)).astype(float)
        )
        held += found.low <= 0.2 <= found.high
    assert held >= 36


def test_empty_halves_give_no_numbers() -> None:
    found = score(asked([[True]], pair=[0], folds=[3], offset=[1]), np.ones((2, 1)))
    assert np.isnan([found.held_out, found.gain, found.low, found.baseline]).all()
    assert found.fewest == 0


# ---------------------------------------------------------------- tests


def test_benjamini_and_hochberg_reject_two() -> None:
    p = np.array([0.041, 0.001, 0.06, 0.008, np.nan, 0.042, 0.039])
    q = adjusted(p)
    assert (q <= 0.05).sum() == 2
    known = ~np.isnan(p)
    np.testing.assert_allclose(q[known], stats.false_discovery_control(p[known]))
    assert np.isnan(q[4])


def test_cluster_t_is_the_t_test_over_texts() -> None:
    random = np.random.default_rng(2)
    items = asked(
        random.random((300, 4)) < [0.2, 0.4, 0.5, 0.7],
        pair=random.integers(0, 60, 300),
        folds=[0] * 300,
        offset=random.integers(1, 4, 300),
    )
    better = by_pair(items, best_offset(items.offset))
    frame = (
        pd.DataFrame(items.hit.astype(float) - (items.offset == best_offset(items.offset))[:, None])
        .groupby(items.pair)
        .sum()
    )
    np.testing.assert_allclose(better, frame.to_numpy())
    np.testing.assert_allclose(cluster_t(better), stats.ttest_1samp(frame, 0, alternative="greater").pvalue, rtol=1e-6)


def test_tests_of_nothing_find_nothing() -> None:
    assert cluster_t(np.zeros((5, 2))).tolist() == [1, 1]
    assert cluster_t(np.ones((1, 2))).tolist() == [1, 1]
    assert cluster_t(np.ones((5, 1))).tolist() == [0]
    assert sign_flip_max(np.zeros((5, 2))) == 1


def test_the_maximum_over_heads_is_tested_at_its_rate() -> None:
    random = np.random.default_rng(8)
    p = np.array(
        [sign_flip_max(random.choice([-1, 0, 1], size=(60, 30)), flips=200, seed=trial) for trial in range(200)]
    )
    assert 0.01 <= (p <= 0.05).mean() <= 0.10
    planted = random.choice([-1, 0, 1], size=(60, 30))
    planted[:, 7] = random.choice([0, 1], size=60)
    assert sign_flip_max(planted) == pytest.approx(1 / 2001)
    # By all flips of three texts: the greatest sum is reached by one sign pattern of eight.
    assert sign_flip_max(np.array([[1.0], [1.0], [1.0]]), flips=20_000) == pytest.approx(1 / 8, abs=0.01)


# ---------------------------------------------------------------- mass


def test_mass_by_hand() -> None:
    sums = mass_sums(
        np.array([[0.4, 0.1], [0.2, 0.3], [0.9, 0.9]]), np.array([[0.1, 0.1], [0.1, 0.2], [np.nan, np.nan]]), [2, 2, 5]
    )
    assert sums.items[[2, 5]].tolist() == [2, 0]
    np.testing.assert_allclose(sums.mass[2], [0.6, 0.4])
    np.testing.assert_allclose(sums.usual[2], [0.2, 0.3])
    doubled = sums + sums
    assert doubled.items[2] == 4
    np.testing.assert_allclose(doubled.mass, 2 * sums.mass)


def test_the_mass_of_a_planted_head() -> None:
    random = np.random.default_rng(4)
    mass, usual = random.random((1000, 6)) * 0.2, random.random((1000, 6)) * 0.2
    mass[:, 4] += 0.3
    sums = mass_sums(mass, usual, np.arange(1000) % FOLDS)
    found = mass_score(sums)
    assert (found.head, found.wins, found.fewest) == (4, 1, 500)
    assert found.gain == pytest.approx(0.3, abs=0.02)
    assert found.low < 0.3 < found.high
    assert found.baseline == pytest.approx(0.1, abs=0.01)
    p = mass_p(sums)
    assert p[4] < 1e-6
    assert np.delete(p, 4).min() > 1e-3
    assert np.isnan(mass_score(MassSums(np.ones((FOLDS, 2)), np.ones((FOLDS, 2)), np.zeros(FOLDS))).held_out)


# ---------------------------------------------------------------- table and verdicts


def corpus(
    random: np.random.Generator, pairs: int, relations: Sequence[str], right: np.ndarray
) -> tuple[StackItems, dict[str, str]]:
    """Two layers of six heads on relations of one item a pair; ``right`` ``[relation, head]`` is how often each head
    hits.
    """
    number = pairs * len(relations)
    pair, relation = np.tile(np.arange(pairs), len(relations)), np.repeat(np.arange(len(relations)), pairs)
    at = np.full(number, 12)
    answer = at + random.choice([-9, -7, -5, -3, 3, 5, 7, 9], size=number)
    questions = Questions("dependent_to_head", pair, relation, at, answer, np.full(number, -1))
    hit = random.random((number, right.shape[1])) < right[relation]
    ids = [f"p{place}" for place in range(pairs)]
    items = item_table(
        questions, hit, np.zeros_like(hit), ids=ids, folds=[fold(id_) for id_ in ids], relations=relations
    )
    return StackItems(2, 6, items, {}), {id_: f"text {id_}" for id_ in ids}


def twins(stacks: StackItems, best: float) -> dict[Role, float]:
    return {
        Role("encoder", relation, "hit", "dependent_to_head"): best for relation in stacks.items["relation"].unique()
    }


def test_a_planted_head_is_found_and_the_others_are_not() -> None:
    names = [f"r{number}" for number in range(12)]
    right = np.full((12, 12), 0.3)
    right[5, 9] = 0.75
    stacks, texts = corpus(np.random.default_rng(1), 900, names, right)
    table = relations_table("m", {"encoder": stacks}, texts, twins(stacks, 0.4))
    assert list(table) == list(COLUMNS)
    found = table[table["verdict"] == "pattern specialist"]
    assert found[["model", "stack", "relation", "score", "layer", "head"]].to_numpy().tolist() == [
        ["m", "encoder", "r5", "hit", 1, 3]
    ]
    row = found.iloc[0]
    assert row["held_out"] == pytest.approx(0.75, abs=0.03)
    assert row["low"] <= row["gain"] <= row["high"]
    assert row["wins"] == 1
    assert row["p_max"] == pytest.approx(1 / 2001)
    assert row["q"] < 1e-6


def test_heads_that_know_nothing_are_found_at_most_at_the_stated_rate() -> None:
    """Twenty models of 40 relations × 12 heads whose hits equal what the best offset does, so that every test is of no
    difference.
    """
    random = np.random.default_rng(11)
    tested = []
    for _model in range(20):
        found = []
        for _relation in range(40):
            pair, offset = np.repeat(np.arange(150), 2), random.choice([-1, 1], size=300, p=[0.7, 0.3])
            hit = random.random((300, 12)) < 0.7
            items = asked(hit, pair=pair, folds=pair % FOLDS, offset=offset)
            found.append(cluster_t(by_pair(items, best_offset(items.offset))))
        tested.append((adjusted(np.concatenate(found)) <= 0.05).any())
    assert np.mean(tested) <= 0.15
    stacks, texts = corpus(random, 500, [f"r{number}" for number in range(40)], np.full((40, 12), 0.2))
    assert set(relations_table("m", {"encoder": stacks}, texts, twins(stacks, 0.25))["verdict"]) == {"no evidence"}


def test_too_few_items_and_missing_twins_are_insufficient() -> None:
    right = np.full((1, 12), 0.2)
    right[0, 2] = 0.9
    few, texts = corpus(np.random.default_rng(2), 300, ["r"], right)
    row = relations_table("m", {"encoder": few}, texts, twins(few, 0.3)).iloc[0]
    assert (row["verdict"], row["reason"]) == ("insufficient data", "few items")
    assert row["fewest"] < 200
    assert np.isnan(row["q"])
    assert f"{200 - row['fewest']} items are missing" in reason_words(row)
    enough, texts = corpus(np.random.default_rng(2), 900, ["r"], right)
    row = relations_table("m", {"encoder": enough}, texts, {}).iloc[0]
    assert (row["verdict"], row["reason"]) == ("insufficient data", "no twins")


def test_equal_texts_are_drawn_together() -> None:
    right = np.full((1, 12), 0.5)
    stacks, texts = corpus(np.random.default_rng(3), 800, ["r"], right)
    same = dict.fromkeys(texts, "one text")
    apart, together = (
        relations_table("m", {"encoder": stacks}, each, twins(stacks, 0.9)).iloc[0] for each in (texts, same)
    )
    assert together["high"] - together["low"] < apart["high"] - apart["low"]
    assert (bootstrap_weights(list(same.values())).std(axis=1) == 0).all()


def test_the_95th_percentile_of_the_best_of_random_twins() -> None:
    made = [corpus(np.random.default_rng(seed), 100, ["r"], np.full((1, 12), 0.3))[0] for seed in range(20)]
    best = [
        max(
            np.unpackbits(np.stack([np.frombuffer(row, np.uint8) for row in kept.items["hits"]]), axis=1)[:, :12].mean(
                axis=0
            )
        )
        for kept in made
    ]
    found = best_of_twins([{"encoder": kept} for kept in made])
    assert found == {Role("encoder", "r", "hit", "dependent_to_head"): pytest.approx(np.quantile(best, 0.95))}


GOOD = {"fewest": 200, "held_out": 0.6, "gain": 0.2, "low": 0.1, "q": 0.01, "random95": 0.4}


@pytest.mark.parametrize(
    ("change", "hurts", "expected"),
    [
        ({}, None, ("pattern specialist", "not ablated")),
        ({}, True, ("specialist", "ablation hurts")),
        ({}, False, ("pattern specialist", "ablation does not hurt")),
        ({"fewest": 199}, True, ("insufficient data", "few items")),
        ({"gain": 0.0999}, True, ("no evidence", "small gain")),
        ({"low": 0.0}, True, ("no evidence", "interval")),
        ({"q": 0.051}, True, ("no evidence", "many tests")),
        ({"random95": float("nan")}, True, ("insufficient data", "no twins")),
        ({"random95": 0.6}, True, ("no evidence", "random as good")),
    ],
)
def test_verdicts(change: dict[str, float], hurts: bool | None, expected: tuple[str, str]) -> None:
    evidence = VerdictInput(**{**GOOD, **change})
    assert verdict(evidence, ablation_hurts=hurts) == expected
    words = reason_words({**vars(evidence), "high": 0.3, "reason": expected[1]})
    assert "{" not in words
    assert words.endswith(".")
