"""What each head of a stack adds to one word of a pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.units import Units, units
from mhattn_core.errors import NotAvailable
from mhattn_core.locale import _
from mhattn_core.measures.fusion.directions import layer_shares, participation_ratio, unique_share

FOLDS = 5


@dataclass(frozen=True, eq=False)
class WordContributions:
    """One stack that read a pair, and one word: ``id``, such as ``a4``, and ``unit``, its place among the queries.

    ``added`` ``[layer, head, query token, model dimension]``: what ``AttentionResult.contributions`` gives.
    """

    result: AttentionResult
    stack: str
    queries: Units
    keys: Units
    id: str
    unit: int
    added: np.ndarray

    @property
    def name(self) -> str:
        return self.result.model.name

    @property
    def word(self) -> str:
        return self.queries.labels[self.unit]

    @property
    def words(self) -> int:
        """How many words the stack reads."""
        return sum(map(bool, self.queries.axis.sides))

    @cached_property
    def vectors(self) -> Float[np.ndarray, "layer head dimension"]:
        """What each head adds to the word: the mean over its pieces."""
        shares = self.queries.axis.shares[:, self.unit]
        return np.einsum("q,lhqd->lhd", shares / shares.sum(), self.added)

    @property
    def lengths(self) -> Float[np.ndarray, "layer head"]:
        return np.linalg.norm(self.vectors, axis=-1)

    @property
    def shares(self) -> Float[np.ndarray, "layer head"]:
        """Of the sum of each layer, along the direction of that sum; those of a layer sum to 1."""
        return layer_shares(self.vectors)

    def strongest(self) -> tuple[int, int]:
        """Layer and head of what is longest."""
        layer, head = np.unravel_index(int(np.nan_to_num(self.lengths, nan=-1.0).argmax()), self.lengths.shape)
        return int(layer), int(head)

    def to_words(self, layer: int) -> Float[np.ndarray, "head word dimension"]:
        """What the heads of one layer add to every word; special tokens are left out."""
        axis = self.queries.axis
        return np.asarray(axis.averaged(self.added[layer])[:, [bool(side) for side in axis.sides]])

    def table(self, measure: str, values: Float[np.ndarray, "layer head"]) -> pd.DataFrame:
        """Values as rows: model, stack, layer, head, measure, value, low, high; one pair has no intervals."""
        layer, head = (axis.ravel() for axis in np.indices(values.shape))
        rows = {"layer": layer, "head": head, "measure": measure, "value": values.ravel().astype(float)}
        about = {"model": self.name, "stack": self.stack}
        return pd.DataFrame(about | rows | {"low": np.nan, "high": np.nan})

    def participation(self) -> pd.DataFrame:
        """model, stack, layer, value (the participation ratio of the layer's heads), heads, words."""
        layers = self.result.model.attention.attending(self.stack)
        ratios = [participation_ratio(self.to_words(layer)) for layer in layers]
        about = {"model": self.name, "stack": self.stack, "heads": self.added.shape[1], "words": self.words}
        return pd.DataFrame({"layer": layers, "value": ratios}).assign(**about)

    def unique_shares(self, layer: int) -> pd.DataFrame:
        """The unique share of each head of a layer, as ``table``; neighbouring words are held out together, since they
        share what their phrase is about.
        """
        folds = np.arange(self.words) * FOLDS // self.words
        return self.table("unique_share", unique_share(self.to_words(layer), folds)[None]).assign(layer=layer)


def contributions_to(result: AttentionResult, stack: str, word: str) -> WordContributions:
    """What the heads of a stack add to one word, such as ``a4``: word 4, from 0, of the first sentence.

    Raises NotAvailable where the stack does not read the word, and as ``AttentionResult.contributions``.
    """
    queries, keys = units(result, stack)
    unit = unit_of(result, stack, word_units(result, stack, queries), word)
    return WordContributions(result, stack, queries, keys, word, unit, result.contributions(stack))


def word_units(result: AttentionResult, stack: str, queries: Units) -> dict[str, int]:
    """Words that a stack reads, by sentence and number there (``a0``, ``a1`` … ``b0``): the place of each among the
    queries.
    """
    sides = result.words(stack).query_axis.sides
    first = {side: sides.index(side) for side in set(sides)}
    words = ((int(id_), unit) for unit, id_ in enumerate(queries.ids) if id_.isdecimal())
    return {f"{sides[word]}{word - first[sides[word]]}": unit for word, unit in words}


def unit_of(result: AttentionResult, stack: str, words: Mapping[str, int], word: str) -> int:
    """The place of a word among the queries of a stack. words: of ``word_units``. Raises NotAvailable where it has
    none.
    """
    if word not in words:
        raise NotAvailable(
            _("{stack} of {name} does not read this word.").format(stack=stack, name=result.model.name),
            _("Choose another stack, or another word."),
        )
    return words[word]
