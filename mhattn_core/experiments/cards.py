"""What the card of every head shows, measured in one pass over a bounded part of a corpus."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import SIDES, WordAxes, WordLayer
from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.cards.layer import (
    StrongestLinks,
    distance_mass,
    even_distance_mass,
    even_rows,
    key_mass,
    query_mass,
    strongest_links,
)
from mhattn_core.measures.cards.sizes import LINKS, NO_LINK, TEXTS
from mhattn_core.measures.cards.sums import StackCards, WordMass
from mhattn_core.measures.cards.tables import cards_table, empty_table
from mhattn_core.measures.cards.vocabulary import form, vocabulary
from mhattn_core.measures.sample import sampled
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

SENTENCES = ("model", "stack", "id", "queries", "keys")


def card_tables(
    model: Model,
    texts: Sequence[str],
    ids: Sequence[str],
    pairs: Sequence[SentencePair],
    *,
    keep_sentences: bool,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, pd.DataFrame]:
    """``cards``: see ``cards_table``; ``card_sentences``: the words on both axes of each pair whose links are in it,
    where they may be kept: model, stack, id, queries, keys.

    texts: what tells one pair from another; at most ``TEXTS`` are measured, those of the lowest hash. tell: told after
    each batch how many pairs it had. A pair that the model cannot take is left out; a translator writes the second
    sentence where there is none.
    """
    places = sampled(texts, TEXTS)
    own = [with_second_sentence(model, pairs[place]) for place in places]
    names = [ids[place] for place in places]
    known = vocabulary(word.text for pair in own for word in (*pair.a.words, *pair.b.words))
    stacks = collect(model, own, known, tell=tell)
    tables = [cards_table(model.name, stack, one.cards(), known, names) for stack, one in stacks.items()]
    table = pd.concat(tables, ignore_index=True) if tables else empty_table()
    rows: list[tuple[object, ...]] = []
    if keep_sentences:
        for stack, one in stacks.items():
            drawn = set(table.loc[(table["stack"] == stack) & (table["part"] == "link"), "item"])
            rows += [
                (model.name, stack, names[number], *words)
                for number, words in one.words.items()
                if names[number] in drawn
            ]
    return {"cards": table, "card_sentences": pd.DataFrame(rows, columns=list(SENTENCES))}


def collect(
    model: Model,
    pairs: Sequence[SentencePair],
    known: Sequence[str],
    *,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, "StackCollector"]:
    """What each stack collected; empty where no pair can be fed. known: the words that are told apart."""
    rows, problems = feed_all(model, pairs)
    tell(len(problems))
    stacks: dict[str, StackCollector] = {}
    for batch_rows in batches(model, rows):
        batch = collate(model, batch_rows)
        of_stacks: dict[str, list[_Layer]] = defaultdict(list)
        watch_words(model, batch, partial(_see, of_stacks))
        for stack, seen in of_stacks.items():
            if stack not in stacks:
                layers = model.attention.attending(stack)
                stacks[stack] = StackCollector(model.attention.heads(stack), layers, known, len(pairs))
            stacks[stack].add(batch.axes[stack], seen, batch_rows, pairs)
        tell(len(batch_rows))
    return stacks


def _see(layers: dict[str, list["_Layer"]], layer: WordLayer) -> None:
    layers[layer.axes.stack].append(_Layer.of(layer))


def _axis_words(pair: SentencePair, pieces: np.ndarray) -> list[str]:
    """The words on an axis: those of the sentences that some piece is of."""
    sides = set(pieces[:, 0].tolist())
    sentences = {SIDES["a"]: pair.a, SIDES["b"]: pair.b}
    return [word.text for side, sentence in sentences.items() if side in sides for word in sentence.words]


@dataclass(frozen=True, eq=False)
class _Layer:
    """What is kept of one layer of a batch when its patterns are gone."""

    distances: Tensor
    queries: Tensor
    keys: Tensor
    links: StrongestLinks

    @classmethod
    def of(cls, layer: WordLayer) -> "_Layer":
        return cls(distance_mass(layer), query_mass(layer), key_mass(layer), strongest_links(layer))


class StackCollector:
    """The sums of one stack as they grow; heads are numbered layer by layer.

    layers: the numbers of those that attend. words: of each pair, by its number, the words on the query and on the key
    axis.
    """

    def __init__(self, heads: int, layers: Sequence[int], known: Sequence[str], pairs: int) -> None:
        self.words: dict[int, tuple[list[str], list[str]]] = {}
        self._heads, self._layers, every = heads, layers, heads * len(layers)
        self._numbers = {word: number for number, word in enumerate(known)}
        self._rows = 0
        self._distances: np.ndarray | None = None
        self._even_distances: np.ndarray | None = None
        self._queries, self._keys = WordMass.empty(len(known), every), WordMass.empty(len(known), every)
        self._query = np.full((pairs, every, LINKS), -1, dtype=np.int16)
        self._key = self._query.copy()
        self._weight = np.full((pairs, every, LINKS), np.nan, dtype=np.float32)
        self._even = self._weight.copy()

    def add(
        self, axes: WordAxes, layers: Sequence[_Layer], rows: Sequence[FedPair], pairs: Sequence[SentencePair]
    ) -> None:
        """The next batch. pairs: all, of which each row names its number."""
        for row in rows:
            pair, pieces = pairs[row.number], (row.queries[axes.stack], row.keys[axes.stack])
            self.words[row.number] = (_axis_words(pair, pieces[0]), _axis_words(pair, pieces[1]))
        self._rows += int(axes.query_mask.sum())
        if axes.stack != "cross":  # places in two texts have no distance
            mass = torch.cat([layer.distances for layer in layers]).cpu().double().numpy()
            self._distances = mass if self._distances is None else self._distances + mass
            even = even_distance_mass(axes).cpu().double().numpy()
            self._even_distances = even if self._even_distances is None else self._even_distances + even
        numbers = [row.number for row in rows]
        sees = axes.query_mask & (axes.visible_words.sum(dim=-1) > 0)
        sides = (
            (self._queries, [layer.queries for layer in layers], sees.float(), axes.query_mask),
            (self._keys, [layer.keys for layer in layers], even_rows(axes).sum(dim=1), axes.key_mask),
        )
        for side, (to, parts, even_mass, mask) in enumerate(sides):
            words = self._word_numbers([self.words[number][side] for number in numbers], mask.shape[1])
            _add(to, words, torch.cat(parts, dim=1), even_mass, mask)
        self._keep_links(numbers, [layer.links for layer in layers])

    def cards(self) -> StackCards:
        """What was collected."""
        return StackCards(
            self._heads,
            self._layers,
            self._rows,
            self._distances,
            self._even_distances,
            self._queries,
            self._keys,
            self._query,
            self._key,
            self._weight,
            self._even,
        )

    def _word_numbers(self, words: Sequence[Sequence[str]], length: int) -> Int[Tensor, "pair word"]:
        """The number of each word; words that are not told apart, and padding, share the last."""
        numbers = torch.full((len(words), length), len(self._numbers))
        for place, row in enumerate(words):
            numbers[place, : len(row)] = torch.tensor(
                [self._numbers.get(form(word), len(self._numbers)) for word in row]
            )
        return numbers

    def _keep_links(self, numbers: Sequence[int], layers: Sequence[StrongestLinks]) -> None:
        query, key, weight, even = (torch.cat(parts, dim=1).cpu().numpy() for parts in zip(*layers, strict=True))
        links = weight.shape[-1]
        self._query[numbers, :, :links], self._key[numbers, :, :links] = query, key
        self._weight[numbers] = NO_LINK
        self._weight[numbers, :, :links], self._even[numbers, :, :links] = weight, even


def _add(
    to: WordMass,
    words: Int[Tensor, "pair word"],
    mass: Float[Tensor, "pair head word"],
    even: Float[Tensor, "pair word"],
    mask: Bool[Tensor, "pair word"],
) -> None:
    """Add what each word of a batch gives or gets to what its form has."""
    by_word = mass.transpose(1, 2).flatten(0, 1).cpu().double()
    for total, part in (
        (to.mass, by_word),
        (to.even, even.flatten().cpu().double()),
        (to.count, mask.flatten().cpu().long()),
    ):
        torch.from_numpy(total).index_add_(0, words.flatten(), part)
