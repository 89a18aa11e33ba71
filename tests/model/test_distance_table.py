"""Distances of a model's heads over several pairs, against one pair at a time and plain loops."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from loaded import loaded
from scipy.special import rel_entr

import mhattn_core as mh
from mhattn_core.experiments.redundancy.distance_sums import distance_sums
from mhattn_core.experiments.redundancy.distance_table import COLUMNS, distance_tables, passes
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.measures.redundancy.cka import debiased_cka
from mhattn_core.measures.redundancy.distances import correlation_distances
from mhattn_core.measures.redundancy.square import square_of
from mhattn_core.text.examples import examples

PAIRS = [
    mh.SentencePair("The keys that the old man lost yesterday are on the kitchen table.", "He found them."),
    mh.SentencePair("A child is playing football.", "It rains in the park and nobody minds."),
    mh.SentencePair("Unbelievably, two-thirds came back."),
    mh.SentencePair("My sister reads the long letter that her friend wrote in May.", "She laughs."),
    mh.SentencePair("We went home."),
    mh.SentencePair("They sing loudly in the morning.", "The neighbours do not like it at all."),
]
TEXTS = [f"{pair.source}\n{pair.target}" for pair in PAIRS]
FOLDS = [3, 3, 8, 15, 0, 8]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return distance_tables(loaded("minilm"), TEXTS, PAIRS, FOLDS)


@pytest.fixture(scope="module")
def table(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return tables["distances"]


def test_all_heads_over_60_pairs_equal_a_plain_double_loop(minilm: mh.Model) -> None:
    """Every two of 72 heads, from the definition: half the sum of p ln(p/m) and q ln(q/m), on average over all words of
    all pairs.
    """
    told = examples()
    turns = [divmod(place, len(told)) for place in range(60)]
    pairs = [
        mh.SentencePair(told[place].english, told[(place + turn) % len(told)].english_next) for turn, place in turns
    ]
    assert len({(pair.source, pair.target) for pair in pairs}) == 60
    found = distance_sums(minilm, pairs, [place % 20 for place in range(60)])["encoder"].js.sum(axis=0)
    grids = [heads_of(mh.attend(minilm, pair), "encoder").arrays for pair in pairs]
    longest = max(grid.shape[-1] for grid in grids)
    # Keys that a pair does not have weigh nothing.
    words = np.concatenate([np.pad(grid, ((0, 0), (0, 0), (0, longest - grid.shape[-1]))) for grid in grids], axis=1)
    words /= words.sum(axis=-1, keepdims=True)
    for one, p in enumerate(words):
        for other, q in enumerate(words[:one]):
            middle = (p + q) / 2
            expected = (rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2 / words.shape[1]
            assert found[one, other, 0] / found[one, other, 1] == pytest.approx(expected, abs=1e-6)
    assert (found[..., 1] == words.shape[1]).all()


def test_sums_of_two_halves_are_those_of_the_whole(minilm: mh.Model) -> None:
    whole = distance_sums(minilm, PAIRS, FOLDS)["encoder"]
    halves = (
        distance_sums(minilm, PAIRS[:2], FOLDS[:2])["encoder"] + distance_sums(minilm, PAIRS[2:], FOLDS[2:])["encoder"]
    )
    np.testing.assert_allclose(halves.js, whole.js, atol=1e-4)
    np.testing.assert_allclose(halves.correlation, whole.correlation, atol=1e-6)
    assert halves.texts == whole.texts == 6


def test_the_table_has_every_pair_once_with_its_intervals(table: pd.DataFrame) -> None:
    assert list(table) == list(COLUMNS)
    assert len(table) == 72 * 71 // 2
    assert not table.duplicated(["layer_a", "head_a", "layer_b", "head_b"]).any()
    assert ((table["low"] <= table["js"]) & (table["js"] <= table["high"])).all()
    assert (table["n"] == 6).all()
    assert (table["words"] == 6).all()
    assert not table["shared_keys"].any()
    assert (table["noise_low"] <= table["noise"]).all()
    assert table.notna().all().all()


def test_correlation_is_the_mean_over_texts(minilm: mh.Model, table: pd.DataFrame) -> None:
    each = []
    for pair in PAIRS:
        grid = mh.attend(minilm, pair).words("encoder")
        each.append(1 - correlation_distances(grid.pattern.reshape(72, *grid.visible.shape), grid.visible))
    square = square_of(table, "correlation").to_numpy()
    first, second = np.triu_indices(72, 1)
    np.testing.assert_allclose(square[first, second], np.mean(each, axis=0)[first, second], atol=1e-5)


def test_cka_compares_what_the_heads_add_on_one_word_of_each_text(minilm: mh.Model, table: pd.DataFrame) -> None:
    outputs = word_outputs(minilm, PAIRS)["encoder"]
    written = []
    for pair, (side, place) in zip(PAIRS, outputs.words, strict=True):
        seen = mh.attend(minilm, pair)
        axis = seen.words("encoder").query_axis
        word = [number for number, own in enumerate(axis.sides) if own == "ab"[side]][place]
        written.append(axis.averaged(seen.contributions("encoder"))[:, :, word].reshape(72, -1))
    by_hand = np.stack(written, axis=1)
    np.testing.assert_allclose(outputs.written().numpy(), by_hand, atol=1e-5)
    expected = debiased_cka(by_hand)
    for one, other in combinations([0, 12, 33, 71], 2):
        assert square_of(table, "cka").to_numpy()[one, other] == pytest.approx(expected[one, other], abs=1e-3)


def test_shuffled_words_bring_no_head_nearer_and_random_words_are_told_apart(table: pd.DataFrame) -> None:
    assert (table["shuffled"] > table["js"]).mean() > 0.5
    assert not np.allclose(table["noise"], table["js"], atol=1e-3)


def test_the_order_of_pairs_changes_nothing(minilm: mh.Model, table: pd.DataFrame) -> None:
    turned = distance_tables(minilm, TEXTS[::-1], PAIRS[::-1], FOLDS[::-1])["distances"]
    np.testing.assert_allclose(turned[["js", "correlation"]], table[["js", "correlation"]], atol=1e-5)


def test_each_stack_of_a_translator_and_what_is_told_on_the_way() -> None:
    told: list[int] = []
    pairs = [
        mh.SentencePair("The cat is sleeping here today.", "猫今天在这里睡觉。"),
        mh.SentencePair("We went home late.", "我们很晚回家。"),
    ]
    tables = distance_tables(loaded("marian-en-zh"), ["a", "b"], pairs, [0, 1], tell=told.append)
    for table in tables.values():
        assert set(table["stack"]) == {"encoder", "decoder", "cross"}
    assert tables["distances"]["cka"].isna().all()  # two words
    assert tables["redundancy"].set_index("by").loc["cka", ["redundant", "low", "high"]].isna().all(axis=None)
    assert sum(told) == passes(2)


def test_the_share_of_heads_with_a_redundant_partner_is_that_of_the_table(tables: dict[str, pd.DataFrame]) -> None:
    """Counted again from the distances of the run, by each distance, on text and on random words."""
    table, shares = tables["distances"], tables["redundancy"].set_index("by")
    columns = {"js": ("js", "noise"), "correlation": ("correlation", "noise_correlation"), "cka": ("cka", "noise_cka")}
    for by, names in columns.items():
        for name, column in zip(("redundant", "noise"), names, strict=True):
            distance = table[column] if by == "js" else 1 - table[column]
            near = table[distance <= shares.loc[by, "limit"]]
            heads = {(row.layer_a, row.head_a) for row in near.itertuples()}
            heads |= {(row.layer_b, row.head_b) for row in near.itertuples()}
            assert shares.loc[by, name] == pytest.approx(len(heads) / 72)
    assert shares[["low", "high"]].isna().all(axis=None)  # six texts
    assert shares[["heads", "n"]].eq([72, 6]).all(axis=None)


def test_shares_have_intervals_over_documents(minilm: mh.Model) -> None:
    pairs = [mh.SentencePair(one.english) for one in examples()[:40]]
    shares = distance_tables(minilm, [pair.source for pair in pairs], pairs, [number % 20 for number in range(40)])
    table = shares["redundancy"].set_index("by")
    assert (table["low"] <= table["redundant"]).all()
    assert (table["redundant"] <= table["high"]).all()
    assert 0 < table.loc["js", "redundant"] < 1
    assert table.loc["js", "low"] < table.loc["js", "high"]
