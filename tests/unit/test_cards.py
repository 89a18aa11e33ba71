"""What a card of a head counts, against values worked by hand on patterns that are neither square nor symmetric."""

import numpy as np
import pytest
import torch

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.measures.cards.layer import (
    distance_mass,
    even_distance_mass,
    even_rows,
    key_mass,
    query_mass,
    strongest_links,
)
from mhattn_core.measures.cards.sizes import NO_LINK, bin_names
from mhattn_core.measures.cards.sums import StackCards, WordMass
from mhattn_core.measures.cards.tables import COLUMNS, banded, cards_table
from mhattn_core.measures.cards.vocabulary import FEWEST, vocabulary

# A first special token and three words; the second head looks one word back. What is left of a row is on the special
# token.
FIRST = [[0.0, 0.9, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [0.2, 0.3, 0.5, 0.0], [0.4, 0.1, 0.2, 0.3]]
SECOND = [[1.0, 0.0, 0.0, 0.0], [0.8, 0.2, 0.0, 0.0], [0.1, 0.9, 0.0, 0.0], [0.1, 0.0, 0.8, 0.1]]


def causal() -> WordLayer:
    spans = np.array([[-1, 0, 0], [0, 0, 1], [0, 2, 3], [0, 4, 5]])
    pattern = torch.tensor([FIRST, SECOND])[None]
    return word_layer(pattern, 0, word_axes("decoder", 2, [spans], [spans], [spans[1:]]))


def crossed() -> WordLayer:
    """Two words that read three words of another sentence."""
    keys, queries = np.array([[0, 0, 1], [0, 2, 3], [0, 4, 5]]), np.array([[1, 0, 1], [1, 2, 3]])
    words = np.concatenate([keys, queries])
    pattern = torch.tensor([[[0.1, 0.6, 0.3], [0.8, 0.0, 0.2]]])[None]
    return word_layer(pattern, 0, word_axes("cross", 1, [queries], [keys], [words]))


def test_bins_of_distance_double() -> None:
    assert bin_names() == ("0", "1", "2", "3–4", "5–8", "9–16", "17–32", "33–64", "65+")


def test_weight_by_distance_sums_to_the_share_on_words() -> None:
    layer = causal()
    mass = distance_mass(layer).numpy()
    np.testing.assert_allclose(mass[0, :4], [0.5 + 0.5 + 0.3, 0.3 + 0.2, 0.1, 0], atol=1e-6)
    np.testing.assert_allclose(mass[1, :4], [0.2 + 0.0 + 0.1, 0.9 + 0.8, 0, 0], atol=1e-6)
    np.testing.assert_allclose(mass.sum(axis=1), (1 - layer.special_mass).sum(dim=-1)[0], atol=1e-6)
    # Even rows of a causal model: 1; 1/2 1/2; 1/3 1/3 1/3.
    even = even_distance_mass(layer.axes).numpy()
    np.testing.assert_allclose(even[:4], [1 + 1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3, 0], atol=1e-6)


def test_far_words_fall_into_their_bins() -> None:
    words = np.array([(0, 2 * place, 2 * place + 1) for place in range(70)])
    pattern = torch.zeros(1, 1, 70, 70)
    for key, weight in ((0, 0.2), (3, 0.3), (5, 0.4), (69, 0.1)):
        pattern[0, 0, 69, key] = weight
    layer = word_layer(pattern, 0, word_axes("encoder", 1, [words], [words], [words]))
    np.testing.assert_allclose(distance_mass(layer)[0], [0.1, 0, 0, 0, 0, 0, 0, 0.4, 0.5], atol=1e-6)


def test_words_give_and_get_weight() -> None:
    layer = crossed()
    np.testing.assert_allclose(key_mass(layer)[0, 0], [0.9, 0.6, 0.5], atol=1e-6)
    np.testing.assert_allclose(query_mass(layer)[0, 0], [1, 1], atol=1e-6)
    np.testing.assert_allclose(even_rows(layer.axes)[0], np.full((2, 3), 1 / 3), atol=1e-6)
    np.testing.assert_allclose(query_mass(causal())[0], [[0.5, 0.8, 0.6], [0.2, 0.9, 0.9]], atol=1e-6)


def test_a_link_is_the_largest_of_a_row_that_has_a_choice() -> None:
    links = strongest_links(causal())
    # The first word sees only itself. The second and third see two and three words: 0.9 is 0.40 above even, 0.8 0.47.
    assert links.query[0, :, :2].tolist() == [[1, 2], [2, 1]]
    assert links.key[0, :, :2].tolist() == [[1, 2], [1, 0]]
    np.testing.assert_allclose(links.weight[0], [[0.5, 0.3, NO_LINK], [0.8, 0.9, NO_LINK]], atol=1e-6)
    np.testing.assert_allclose(links.even[0, :, :2], [[1 / 2, 1 / 3], [1 / 3, 1 / 2]], atol=1e-6)


def mass(rows: list[list[float]], even: list[float], count: list[int]) -> WordMass:
    return WordMass(np.array(rows, dtype=float), np.array(even, dtype=float), np.array(count))


def test_a_table_lists_bins_words_and_links() -> None:
    # One layer, two heads, two words that are told apart, and the rest; two pairs.
    cards = StackCards(
        2,
        (3,),
        4,
        np.array([[1.0, 2.0] + [0] * 7, [0.0, 3.0] + [0] * 7]),
        np.array([1.0, 3.0] + [0] * 7),
        mass([[1, 0], [2, 2], [0, 1]], [1, 2, 1], [5, 9, 3]),
        mass([[3, 1], [0, 1], [0, 1]], [1.5, 2, 0.5], [6, 8, 3]),
        np.zeros((2, 2, 3), dtype=int) + 2,
        np.ones((2, 2, 3), dtype=int),
        np.array([[[0.5, 0.25, NO_LINK]] * 2, [[0.9, NO_LINK, NO_LINK], [0.1, NO_LINK, NO_LINK]]]),
        np.full((2, 2, 3), 0.2),
    )
    table = cards_table("m", "encoder", cards, ["the", "cat"], ["s1", "s2"])
    assert {name: str(kind) for name, kind in table.dtypes.items()} == COLUMNS
    first = table[(table["layer"] == 3) & (table["head"] == 0)]
    bins = first[first["part"] == "distance"].set_index("item")
    assert bins["mass"].tolist()[:2] == [0.25, 0.5]
    assert bins["even"].tolist()[:2] == [0.25, 0.75]
    assert bins["lift"].tolist()[:2] == pytest.approx([(1 / 3) / 0.25, (2 / 3) / 0.75], rel=1e-3)
    keys = first[first["part"] == "key"].set_index("item")
    assert keys.loc["the", ["mass", "even", "lift", "count"]].tolist() == [
        1,
        0.375,
        pytest.approx(1 / 0.375, rel=1e-3),
        6,
    ]
    links = first[first["part"] == "link"]
    assert links[["item", "band", "query", "key"]].to_numpy().tolist() == [
        ["s2", 1, 2, 1],
        ["s1", 2, 2, 1],
        ["s1", 2, 2, 1],
    ]
    assert links["mass"].tolist() == pytest.approx([0.9, 0.5, 0.25], rel=1e-3)
    second = table[(table["head"] == 1) & (table["part"] == "link")]
    assert second["item"].tolist() == ["s1", "s1", "s2"]


def test_bands_are_fifths_of_the_pairs_by_strength() -> None:
    strength = np.array(
        [0.1, 0.9, 0.5, np.nan, 0.8, 0.3, 0.7, 0.6, 0.2, 0.4, np.nan, 0.55, 0.65, 0.05, 0.95, 0.15, 0.25]
    )
    # Fifteen pairs, so three a band: the strongest two of the first, and of the others those that come first.
    assert banded(strength) == [[14, 1], [6, 7], [2, 9], [5, 8], [0, 13]]
    assert banded(np.array([0.4, 0.6])) == [[1], [0], [], [], []]


def test_rare_words_are_not_told_apart_and_large_letters_do_not_count() -> None:
    words = ["The"] + ["the"] * FEWEST + ["rare"] * (FEWEST - 1) + ["cat"] * FEWEST
    assert vocabulary(words) == ["the", "cat"]
