"""What the page Fusion knows about one stack of a model and one word, kept between reruns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.attention.units import Units, unit_weights
from mhattn_core.measures.fusion.directions import layer_shares, participation_ratio
from mhattn_core.measures.fusion.norms import rank_correlation, special_shares, transfers
from mhattn_core.text.claims import claims
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.resources import HASHES


@dataclass(frozen=True, eq=False)
class Fused:
    """One stack of a model at ``place`` in the sidebar, and ``unit``, the place of the chosen word among its queries.

    ``vectors`` ``[layer, head, model dimension]``: what each head adds to the word, the mean over its pieces.
    """

    place: int
    seen: AttentionResult
    stack: str
    unit: int
    vectors: np.ndarray

    @property
    def name(self) -> str:
        return self.seen.model.name

    @property
    def queries(self) -> Units:
        return axes(self.seen, self.stack)[0]

    @property
    def word(self) -> str:
        return self.queries.labels[self.unit]

    @property
    def source(self) -> str:
        """The model with its revision and the stack, for files that leave the dashboard."""
        return f"{self.name}@{self.seen.model.revision} · {self.stack}"

    def table(self, quantity: str) -> pd.DataFrame:
        """model, layer, head, measure (``quantity``), value, low, high: ``length`` of what a head adds to the word, or
        its ``share`` in its layer's sum.
        """
        values = np.linalg.norm(self.vectors, axis=-1) if quantity == "length" else layer_shares(self.vectors)
        return heads_table(self.name, quantity, values)

    def strongest(self) -> tuple[int, int]:
        """Layer and head of what is longest."""
        lengths = np.linalg.norm(self.vectors, axis=-1)
        layer, head = np.unravel_index(int(lengths.argmax()), lengths.shape)
        return int(layer), int(head)


def heads_table(model: str, measure: str, values: np.ndarray) -> pd.DataFrame:
    """Values ``[layer, head]`` as rows for charts about heads."""
    layer, head = (axis.ravel() for axis in np.indices(values.shape))
    rows = {"model": model, "layer": layer, "head": head, "measure": measure, "value": values.ravel().astype(float)}
    return pd.DataFrame(rows | {"low": np.nan, "high": np.nan})


def fused(place: int, seen: AttentionResult, stack: str, word: str) -> Fused | None:
    """The word's sum in one stack; None where the stack does not read the word. Raises Problem as
    ``AttentionResult.contributions``.
    """
    unit = word_places(seen, stack).get(word)
    if unit is None:
        return None
    shares = axes(seen, stack)[0].axis.shares[:, unit]
    return Fused(place, seen, stack, unit, np.einsum("q,lhqd->lhd", shares / shares.sum(), added(seen, stack)))


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=HASHES)
def added(seen: AttentionResult, stack: str) -> np.ndarray:
    """Cached ``AttentionResult.contributions``."""
    return seen.contributions(stack)


def added_to_words(seen: AttentionResult, stack: str, layer: int) -> np.ndarray:
    """What the heads of one layer add to every word, ``[head, word, model dimension]``; special tokens are left out."""
    queries = axes(seen, stack)[0].axis
    words = [bool(side) for side in queries.sides]
    return np.asarray(queries.averaged(added(seen, stack)[layer])[:, words])


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def word_places(seen: AttentionResult, stack: str) -> Mapping[str, int]:
    """Words that a stack reads, by sentence and number there (``a0``, ``a1`` … ``b0``): the place of each among the
    queries.
    """
    sides = seen.words(stack).query_axis.sides
    first = {side: sides.index(side) for side in set(sides)}
    places = {}
    for unit, id_ in enumerate(axes(seen, stack)[0].ids):
        if id_.isdecimal():
            side = sides[int(id_)]
            places[f"{side}{int(id_) - first[side]}"] = unit
    return places


def first_word(gallery_id: str, options: Mapping[str, str]) -> str:
    """The word that is shown before anybody chooses: the first that the note has something to say of, else the middle
    one.
    """
    said = [
        f"a{claim.links[0][0]}" for claim in claims() if gallery_id and claim.sentence == gallery_id and claim.links
    ]
    words = list(options)
    return next((word for word in said if word in options), words[len(words) // 2])


@dataclass(frozen=True, eq=False)
class Norms:
    """Of one stack, on units: ``weights`` and ``received`` (the lengths of what comes of them) ``[layer, head, query,
    key]``.

    ``heads``: layer, head, weight and received (the share of special tokens in either), and rank (correlation of
    weights and lengths).
    """

    weights: np.ndarray
    received: np.ndarray
    heads: pd.DataFrame


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=HASHES)
def norms(seen: AttentionResult, stack: str) -> Norms:
    """Weights beside norms. Raises Problem as ``AttentionResult.value_norms``."""
    queries, keys = axes(seen, stack)
    pattern = seen.pattern(stack)
    received = transfers(pattern, seen.value_norms(stack))
    sides = [np.array([side is not None for side in axis]) for axis in seen.token_sides(stack)]
    visible = np.ones(pattern.shape[2:], dtype=bool)
    heads = special_shares(pattern, received, ~sides[1], sides[0])
    heads["rank"] = rank_correlation(pattern, received, np.tril(visible) if stack == "decoder" else visible).ravel()
    return Norms(unit_weights(pattern, queries, keys), unit_weights(received, queries, keys), heads)


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def participation(seen: AttentionResult, stack: str) -> pd.DataFrame:
    """model, layer, value (the participation ratio of the layer's heads), heads, words."""
    words = len(word_places(seen, stack))
    ratios = [
        participation_ratio(added_to_words(seen, stack, layer)) for layer in range(seen.model.attention.layers(stack))
    ]
    return pd.DataFrame(
        {
            "model": seen.model.name,
            "layer": range(len(ratios)),
            "value": ratios,
            "heads": seen.model.attention.heads(stack),
            "words": words,
        }
    )
