"""``cards.parquet``: a row a bin of distance, a word, or a link of a sentence, of every head."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.measures.cards.sizes import BANDS, OF_EACH, TOP, bin_names
from mhattn_core.measures.cards.sums import StackCards, WordMass

COLUMNS = {
    "model": "str",
    "stack": "str",
    "layer": "int16",
    "head": "int16",
    "part": "str",
    "item": "str",
    "band": "int8",
    "query": "int16",
    "key": "int16",
    "mass": "float32",
    "even": "float32",
    "lift": "float32",
    "count": "int32",
}
NO_PLACE = -1
SIGNIFICANT_BITS = 11
"""Of every number that is kept: it is right to 0.05 %, and the table two thirds as large."""


def cards_table(
    model: str, stack: str, cards: StackCards, vocabulary: Sequence[str], ids: Sequence[str]
) -> pd.DataFrame:
    """Columns ``COLUMNS``; part is ``distance``, ``query``, ``key`` or ``link``.

    distance: item names a bin of |i − j| in words; mass: the share of a word's weight there (the bins sum to the head's
    share on words); even: of a head that spreads it evenly; count: words that were asked.
    query, key: item is a word; mass: its share of the weight that goes from words to words; even, lift: mass over even;
    count: how often it stands there. Kept are the ``TOP`` of each by mass and by lift.
    link: item is a pair's id; band 1 (the strongest fifth of the pairs) to 5; query and key: places among the words of
    the stack's axes; mass: the weight; even: the same of a row that is spread evenly over the words that it sees.
    """
    parts = [*_distances(cards), *_words("query", cards.queries, vocabulary), *_words("key", cards.keys, vocabulary)]
    table = pd.concat([*parts, _links(cards, ids)], ignore_index=True)
    number = table.pop("number").to_numpy()
    defaults = {"band": 0, "query": NO_PLACE, "key": NO_PLACE, "even": np.nan, "lift": np.nan, "count": 0}
    table = table.reindex(columns=list(COLUMNS)).assign(
        model=model, stack=stack, layer=np.array(cards.layers)[number // cards.heads], head=number % cards.heads
    )
    for name in ("mass", "even", "lift"):
        table[name] = _rounded(table[name].to_numpy(dtype=float))
    table = table.fillna({name: value for name, value in defaults.items() if value == value}).astype(COLUMNS)
    return table.sort_values(["layer", "head"], kind="stable", ignore_index=True)


def empty_table() -> pd.DataFrame:
    """No row, and the columns."""
    return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def _distances(cards: StackCards) -> Iterator[pd.DataFrame]:
    if cards.distances is None or cards.even_distances is None:
        return
    names = bin_names()
    share, even = cards.distances / max(cards.rows, 1), cards.even_distances / max(cards.even_distances.sum(), 1)
    on_words = share.sum(axis=1, keepdims=True)
    for place, name in enumerate(names):
        yield pd.DataFrame(
            {
                "number": np.arange(len(share)),
                "part": "distance",
                "item": name,
                "mass": share[:, place],
                "even": even[place],
                "lift": _over(share[:, place] / np.where(on_words[:, 0] > 0, on_words[:, 0], np.nan), even[[place]]),
                "count": cards.rows,
            }
        )


def _words(part: str, words: WordMass, vocabulary: Sequence[str]) -> Iterator[pd.DataFrame]:
    total, even_total = words.mass.sum(axis=0), words.even.sum()
    listed = np.flatnonzero(words.count[:-1] > 0)
    even = words.even[listed] / max(even_total, 1e-12)
    names = np.array(vocabulary, dtype=object)[listed]
    for number in range(words.mass.shape[1]):
        share = words.mass[listed, number] / max(total[number], 1e-12)
        lift = _over(share, even)
        top = [np.argsort(-value, kind="stable")[:TOP] for value in (share, np.nan_to_num(lift))]
        kept = np.array(list(dict.fromkeys(np.concatenate(top).tolist())), dtype=int)
        yield pd.DataFrame(
            {
                "number": number,
                "part": part,
                "item": names[kept],
                "mass": share[kept],
                "even": even[kept],
                "lift": lift[kept],
                "count": words.count[listed][kept],
            }
        )


def _links(cards: StackCards, ids: Sequence[str]) -> pd.DataFrame:
    bands, pairs, heads = [], [], []
    for number, strength in enumerate(cards.strength.T):
        for band, members in enumerate(banded(strength), start=1):
            bands += [band] * len(members)
            pairs += members
            heads += [number] * len(members)
    weight, even = (links[pairs, heads].reshape(-1) for links in (cards.link_weight, cards.link_even))
    links = cards.link_weight.shape[-1]
    here = weight >= 0
    return pd.DataFrame(
        {
            "number": np.repeat(np.array(heads, dtype=int), links)[here],
            "part": "link",
            "item": np.repeat(np.array([ids[pair] for pair in pairs], dtype=object), links)[here],
            "band": np.repeat(np.array(bands, dtype=int), links)[here],
            "query": cards.link_query[pairs, heads].reshape(-1)[here],
            "key": cards.link_key[pairs, heads].reshape(-1)[here],
            "mass": weight[here],
            "even": even[here],
            "lift": weight[here] / even[here],
        }
    )


def banded(strength: Float[np.ndarray, " pair"]) -> list[list[int]]:
    """Of each fifth of the pairs, by the strength of one head's strongest link, two: of the strongest fifth the two
    strongest, of the others the first two, which are drawn at random where the pairs are.

    strength: NaN for a pair without links, which is in no band.
    """
    known = np.flatnonzero(~np.isnan(strength))
    order = known[np.argsort(-strength[known], kind="stable")]
    first, *others = np.array_split(order, BANDS)
    return [first[:OF_EACH].tolist(), *(sorted(band.tolist())[:OF_EACH] for band in others)]


def _over(value: Float[np.ndarray, " row"], even: Float[np.ndarray, " #row"]) -> Float[np.ndarray, " row"]:
    known = np.broadcast_to(even, value.shape)
    return np.divide(value, known, out=np.full(value.shape, np.nan), where=known > 0)


def _rounded(numbers: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    significand, exponent = np.frexp(numbers)
    return np.ldexp(np.round(np.ldexp(significand, SIGNIFICANT_BITS)), exponent - SIGNIFICANT_BITS)
