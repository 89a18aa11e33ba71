"""What is said of the inside of a head: its code gives the numbers of its chart again."""

from dataclasses import replace

import numpy as np
import pytest

import mhattn_core as mh
from mhattn_core.attention.pre_rope import before_rotation
from mhattn_core.attention.units import unit_weights, units
from mhattn_core.experiments.best_keys import Keys, compared
from mhattn_core.findings.head_internals.best_keys import best_keys, best_of_run
from mhattn_core.findings.head_internals.dimensions import shares_of_dimensions
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.head_internals.products import score_products
from mhattn_core.findings.head_internals.steps import pieces_sentence, pieces_table
from mhattn_core.findings.head_internals.vectors import head_vectors
from mhattn_core.findings.markdown import plain
from mhattn_core.heads import Head
from mhattn_core.measures.inside.score_decomposition import steps
from mhattn_core.text.gallery import gallery


@pytest.fixture(scope="module")
def inside(minilm: mh.Model) -> Inside:
    """cat and sits in L5 H10 of minilm; a word is one token, and one token stands before the first."""
    seen, head = mh.attend(minilm, gallery()["cat-mat"].pair), Head("encoder", 5, 10)
    queries, keys = units(seen, "encoder")
    values = seen.values("encoder", layer=5, head=10)
    weights = unit_weights(seen.pattern("encoder"), queries, keys)[5, 10]
    cat, sits = queries.ids.index("1"), keys.ids.index("2")
    return Inside(seen, head, "", queries, keys, cat, sits, 2, 3, weights, values, steps(values))


def again(code: str) -> np.ndarray:
    *lines, last = code.splitlines()
    names: dict[str, object] = {}
    exec("\n".join([*lines, f"result = {last}"]), names)
    return np.asarray(names["result"])


def test_code_gives_the_numbers_again(inside: Inside) -> None:
    products = score_products(inside)
    assert "Query “cat”, key “sits”: 32 products add up to 19.53" in products.text
    np.testing.assert_allclose(again(products.code), products.table["product"], rtol=1e-5)
    shares = shares_of_dimensions(inside)
    np.testing.assert_allclose(again(shares.code)[shares.table["dimension"]], shares.table["share"], rtol=1e-5)
    vectors = head_vectors(inside, "K", inside.values.key, inside.seen.tokens("encoder")[1], 3)
    np.testing.assert_allclose(again(vectors.code), vectors.table.drop(columns="token"), rtol=1e-5)


def test_the_best_keys_are_those_of_the_scores(inside: Inside) -> None:
    both = compared(inside.values, before_rotation(inside.seen, "encoder", layer=5, head=10))
    assert both is not None
    found = best_keys(inside, *both, turned=False)
    assert found.table["score"].is_monotonic_decreasing
    np.testing.assert_allclose(np.sort(again(found.code))[::-1], found.table["score"], rtol=1e-4)
    assert f"“cat” fits “{found.table['key'].iloc[0]}” best" in found.text
    assert inside.source in found.source


def test_the_best_keys_of_other_sentences_are_shown_in_them(inside: Inside) -> None:
    vectors = np.zeros((3, inside.values.query.shape[1]))
    vectors[:, 0] = 1.0, 4.0, -2.0
    query = np.eye(inside.values.query.shape[1])[0]
    keys = Keys(vectors, ("low", "high", "below"), ("x" * 50, "before ", ""), ("", " behind", ""))
    table = best_of_run(inside, query, keys)
    assert table["word"].tolist() == ["high", "low", "below"]
    np.testing.assert_allclose(table["score"], inside.values.scaling * np.array([4.0, 1.0, -2.0]))
    assert table["sentence"].tolist()[:2] == ["… before [high] behind …", f"… {'x' * 40}[low] …"]


def test_pieces_make_the_weight_between_words(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("The untranslatable note was mistranslated again."))
    queries, keys = units(seen, "encoder")
    weights = unit_weights(seen.pattern("encoder"), queries, keys)[2, 7]
    query, key = queries.ids.index("1"), keys.ids.index("4")
    values = seen.values("encoder", layer=2, head=7)
    of_pieces = Inside(seen, Head("encoder", 2, 7), "", queries, keys, query, key, 2, 8, weights, values, steps(values))
    table = pieces_table(of_pieces)
    rows, columns = (len(axis.pieces(unit)) for axis, unit in ((queries, query), (keys, key)))
    assert table.shape == (rows, columns)
    assert rows > 1
    assert columns > 1
    assert table.sum(axis=1).mean() == pytest.approx(weights[query, key], rel=1e-4)
    assert f"({columns})" in plain(pieces_sentence(of_pieces))
    assert pieces_sentence(replace(of_pieces, query=queries.ids.index("0"), key=keys.ids.index("0"))) == ""
