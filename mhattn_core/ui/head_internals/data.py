"""What the page Inside a head knows about one head and two words, kept between reruns."""

import numpy as np
import streamlit as st

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.pre_rope import BeforeRotation, before_rotation
from mhattn_core.attention.units import Units, unit_weights, units
from mhattn_core.heads import Head
from mhattn_core.measures.inside.score_decomposition import Steps, steps
from mhattn_core.text.claims import claims
from mhattn_core.ui.resources import HASHES


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def arithmetic(seen: AttentionResult, stack: str, layer: int, head: int) -> tuple[HeadValues, Steps]:
    """A head's values and its steps to the weights; the network runs again for them. Raises Problem as
    ``AttentionResult.values``.
    """
    values = seen.values(stack, layer=layer, head=head)
    return values, steps(values)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def unrotated(seen: AttentionResult, stack: str, layer: int, head: int) -> BeforeRotation:
    """Queries and keys before positions turn them; the network runs again for them, once."""
    return before_rotation(seen, stack, layer=layer, head=head)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def axes(seen: AttentionResult, stack: str) -> tuple[Units, Units]:
    """Words and special tokens that a stack reads, as queries and as keys, found once."""
    return units(seen, stack)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _all_weights(seen: AttentionResult, stack: str) -> np.ndarray:
    return unit_weights(seen.pattern(stack), *axes(seen, stack))


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def first_words(seen: AttentionResult, stack: str, gallery_id: str) -> tuple[str, str]:
    """Ids of the two units that are shown before anybody chooses: the pair that the note speaks of, else the words that
    any head ties most.

    Where the first does not see the second, the other way round: a causal model's *cat* sees no *sits*.
    """
    queries, keys = axes(seen, stack)
    linked = [
        claim.links[0]
        for claim in claims()
        if claim.page == "Inside a head" and claim.sentence == gallery_id and claim.links
    ]
    if linked and stack != "cross" and str(linked[0][0]) in queries.ids and str(linked[0][1]) in keys.ids:
        query, key = map(str, linked[0])
        weights = _all_weights(seen, stack)[:, :, queries.ids.index(query), keys.ids.index(key)]
        seen_at_all = np.nan_to_num(weights).any()
        return (query, key) if seen_at_all else (key, query)
    weights = np.nan_to_num(_all_weights(seen, stack), nan=-1.0).max(axis=(0, 1))
    words = np.outer([bool(side) for side in queries.axis.sides], [bool(side) for side in keys.axis.sides])
    if stack != "cross":
        # A word and its neighbours: many heads do nothing else.
        words &= np.abs(np.subtract.outer(np.arange(len(queries.ids)), np.arange(len(keys.ids)))) > 1
    row, column = np.unravel_index(np.argmax(np.where(words, weights, -1.0)), weights.shape)
    return queries.ids[int(row)], keys.ids[int(column)]


def strongest_head(seen: AttentionResult, stack: str, query: str, key: str) -> tuple[int, int]:
    """Layer and head that put most of one unit's attention on another."""
    queries, keys = axes(seen, stack)
    weights = _all_weights(seen, stack)[:, :, queries.ids.index(query), keys.ids.index(key)]
    layer, head = np.unravel_index(int(np.nan_to_num(weights, nan=-1.0).argmax()), weights.shape)
    return int(layer), int(head)


def weights_of(seen: AttentionResult, head: Head) -> np.ndarray:
    """One head's weights on units."""
    return np.asarray(_all_weights(seen, head.stack)[head.cell])
