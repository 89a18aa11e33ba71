"""What is lost when heads are off: values by hand, intervals by simulation."""

from collections import Counter

import numpy as np
import pytest
from scipy.special import log_softmax, rel_entr
from scipy.stats import binomtest, false_discovery_control, ttest_1samp
from unchecked import unchecked

from mhattn_core.attention.languages import language_of
from mhattn_core.errors import ShapeError
from mhattn_core.experiments.ablation.curves import orders, removed_at
from mhattn_core.experiments.ablation.minimal_pairs import losses
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.agreement import lost_answers
from mhattn_core.measures.ablation.changes import displacement, divergence, retrieval
from mhattn_core.measures.ablation.effects import effects, ends, mean_of, paired_p
from mhattn_core.measures.ablation.quantities import covers
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL
from mhattn_core.text.minimal_pairs import MinimalPair, minimal_pairs


def test_displacement_is_an_angle() -> None:
    intact = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    found = np.array([[[1.0, 1.0, 0.0], [0.0, 5.0, 0.0]], [[0.0, 0.0, 3.0], [0.0, -1.0, 0.0]]])
    np.testing.assert_allclose(displacement(found, intact), [[1 - 2**-0.5, 0], [1, 2]], atol=1e-12)


def test_divergence_is_kl_from_the_intact_model() -> None:
    intact, found = (
        log_softmax(np.random.default_rng(seed).normal(size=shape), axis=-1)
        for seed, shape in ((0, (2, 3)), (1, (4, 2, 3)))
    )
    np.testing.assert_allclose(
        divergence(found, intact), rel_entr(np.exp(intact), np.exp(found)).sum(axis=-1), atol=1e-12
    )
    np.testing.assert_allclose(divergence(intact[None], intact), 0, atol=1e-15)


def test_retrieval_is_a_softmax_over_the_bank() -> None:
    """Three entries, two queries of which one has no entry of its own: cosines 0.6, 0.8 and 0, so scores 12, 16 and
    0.
    """
    bank = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = np.array([[[0.6, 0.8, 0.0], [1.0, 0.0, 0.0]]])
    expected = np.log(np.exp([12.0, 16.0, 0.0]).sum()) - 12
    np.testing.assert_allclose(retrieval(found, bank, np.array([0, -1])), [[expected, 0]], atol=1e-12)


def test_only_losses_show_cover() -> None:
    assert [covers(name) for name in ("loss", "retrieval", "displacement", "divergence")] == [True, True, False, False]


def test_effects_by_hand() -> None:
    """Two heads, three texts of 2, 4 and no words: a text that cannot be fed does not count."""
    intact, counts = np.array([2.0, 4.0, 0.0]), np.array([2.0, 4.0, 0.0])
    table = effects(np.array([[3.0, 9.0, 0.0], [2.0, 1.0, 0.0]]), intact, counts, ["a", "a", "b"])
    assert table["intact"].tolist() == [1.0, 1.0]
    assert table["ablated"].tolist() == [2.0, 0.5]
    assert table["delta"].tolist() == [1.0, -0.5]
    assert table["n"].tolist() == [2, 2]
    assert table["units"].tolist() == [1, 1]
    assert table[["low", "high", "p"]].isna().all(axis=None)
    assert np.isnan(mean_of(np.ones((2, 3)), np.zeros(3))).all()
    with pytest.raises(ShapeError):
        unchecked(effects)(np.ones((2, 3)), intact, np.ones(2))


def test_a_head_that_always_costs_the_same_has_no_spread() -> None:
    counts = np.array([2.0, 5.0, 3.0, 4.0] * 8)
    keys = [str(number) for number in range(len(counts))]
    low, high = ends(np.stack([0.5 * counts, -counts]), counts, keys)
    np.testing.assert_allclose(low, [0.5, -1])
    np.testing.assert_allclose(high, [0.5, -1])
    assert np.isnan(ends(counts[None, :29], counts[:29], keys[:29])).all()


def test_intervals_cover() -> None:
    """100 studies of 80 sentences of unequal length, true difference 0.3 per word: the interval holds it in about 95 of
    100.
    """
    generator = np.random.default_rng(0)
    keys = [str(number) for number in range(80)]
    held = 0
    for _study in range(100):
        counts = generator.integers(4, 12, size=80).astype(float)
        low, high = ends((counts * generator.normal(0.3, 1.0, size=80))[None], counts, keys)
        held += int(low[0] <= 0.3 <= high[0])
    assert 88 <= held <= 99


def test_p_is_that_of_a_paired_t_test() -> None:
    """Of texts that count alike and depend on no other, SciPy's; where nothing changes, 1."""
    changes = np.random.default_rng(0).normal(0.2, 1.0, size=(3, 40))
    keys = [str(number) for number in range(40)]
    p = paired_p(np.vstack([changes, np.zeros(40)]), np.full(40, 7.0), keys)
    np.testing.assert_allclose(p[:3], ttest_1samp(changes, 0, axis=1).pvalue, rtol=1e-9)
    assert p[3] == 1
    assert np.isnan(paired_p(changes[:, :29], np.ones(29), keys[:29])).all()


def test_texts_of_one_document_are_no_independent_witnesses() -> None:
    """Heads that change nothing, 40 documents of five texts whose changes go together: p under 0.05 in one of twenty,
    by documents; by texts in far more.
    """
    generator = np.random.default_rng(1)
    counts = generator.integers(3, 9, size=200).astype(float)
    documents = np.arange(200) // 5
    changes = counts * (generator.normal(size=(600, 40))[:, documents] + 0.5 * generator.normal(size=(600, 200)))
    by_document = (paired_p(changes, counts, [str(number) for number in documents]) < 0.05).mean()
    by_text = (paired_p(changes, counts, [str(number) for number in range(200)]) < 0.05).mean()
    assert 0.03 <= by_document <= 0.07
    assert by_text > 0.2


def test_that_no_loss_was_seen_excludes_only_so_much() -> None:
    """65 answers of 65 openings, none of which changes: up to 1 − 0.025^(1/65) may be lost."""
    keys = [str(number) for number in range(65)]
    lost = np.zeros((3, 65))
    lost[1, :2] = 1
    lost[2, :20] = 1
    low, high = lost_answers(lost, keys)
    none, two = (binomtest(seen, 65).proportion_ci(method="exact").high for seen in (0, 2))
    np.testing.assert_allclose(high[:2], [none, two])
    np.testing.assert_allclose(low[:2], -none)
    # Twenty changes say enough by themselves.
    assert 0.18 < low[2] < lost[2].mean() < high[2] < 0.45
    assert np.isnan(lost_answers(lost[:, :29], keys[:29])).all()


@pytest.mark.parametrize("rate", [0.01, 0.05])
def test_intervals_of_lost_answers_hold_rare_losses(rate: float) -> None:
    """48 openings of three answers that are lost together: a bootstrap alone misses most losses of 1 %."""
    generator = np.random.default_rng(2)
    openings = np.repeat(np.arange(48), 3)
    lost = (generator.random((400, 48)) < rate)[:, openings].astype(float)
    low, high = lost_answers(lost, [str(number) for number in openings])
    assert ((low <= rate) & (rate <= high)).mean() >= 0.93


def test_a_head_hurts_a_relation_beyond_most_heads_and_beyond_chance() -> None:
    """Forty heads, 60 openings of two pairs; the first takes a nat off every margin, the second as much as chance."""
    generator = np.random.default_rng(3)
    openings = [f"{number // 2}" for number in range(120)]
    intact = generator.normal(1.0, 1.0, size=120)
    off = intact + 0.1 * generator.normal(size=(40, 120))
    off[0] -= 1
    table = losses(off, intact, openings)
    assert table.index[table["hurts"]].tolist() == [0]
    row = table.loc[0]
    assert row["intact"] == pytest.approx((intact > 0).mean())
    assert row["delta"] == pytest.approx((intact > 0).mean() - (off[0] > 0).mean())
    assert row["margin_lost"] == pytest.approx((intact - off[0]).mean())
    assert row["margin_low"] < row["margin_lost"] < row["margin_high"]
    assert row["q"] < 1e-6
    assert row["openings"] == 60
    np.testing.assert_allclose(table["q"], false_discovery_control(table["p"]))
    assert not losses(off[1:], intact, openings)["hurts"].any()


def test_points_of_a_curve() -> None:
    assert removed_at(72) == [0, 10, 21, 31, 41, 51, 62, 72]
    assert removed_at(3) == [0, 1, 2, 3]
    heads = [Head("encoder", 0, head) for head in range(7)]
    found = orders(heads, draws=3)
    assert [name for name, _draw, _heads in found] == ["importance", "random", "random", "random"]
    assert found[0][2] == heads
    assert all(sorted(order) == heads for _name, _draw, order in found)
    assert len({tuple(order) for _name, _draw, order in found}) == 4
    assert found[1:] == orders(heads, draws=3)[1:]


@pytest.mark.parametrize("relation", ["nsubj", "det", "obj", "connective_partner", "cause_partner"])
def test_minimal_pairs_are_balanced(relation: str) -> None:
    """Of thirty openings and more; each word is as often right as wrong, so that no preference for a word passes for
    grammar (pronouns: always right as objects).
    """
    pairs = [pair for pair in minimal_pairs() if pair.relation == relation]
    assert len(set(pairs)) == len(pairs)
    assert len({pair.opening for pair in pairs}) >= FEWEST_FOR_INTERVAL
    assert all(pair.good != pair.bad for pair in pairs)
    assert all(language_of(pair.source) != language_of(pair.opening) for pair in pairs)
    if relation not in ("det", "obj"):
        assert Counter(pair.good for pair in pairs) == Counter(pair.bad for pair in pairs)
    if relation == "det":
        plural = [pair.good.endswith("s") for pair in pairs]
        assert sum(plural) == len(pairs) / 2
        assert all(
            ("these " in pair.opening or "those " in pair.opening) == of_many
            for pair, of_many in zip(pairs, plural, strict=True)
        )


def test_only_english_puts_a_space_between() -> None:
    assert MinimalPair("nsubj", "The key", "is", "are").ended("are") == "The key are"
    assert MinimalPair("cause_partner", "因为很晚，", "所以", "但是").ended("所以") == "因为很晚，所以"
