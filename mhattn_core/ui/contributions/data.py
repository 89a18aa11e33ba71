"""What the page Fusion knows about one stack of a model and one word, kept between reruns."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.experiments.contributions.links import links_found
from mhattn_core.experiments.contributions.next_token import next_token
from mhattn_core.experiments.contributions.norms import weights_and_lengths
from mhattn_core.experiments.contributions.through_layers import through_layers
from mhattn_core.experiments.contributions.word import WordContributions, unit_of, word_units
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.resources import HASHES, result_id
from mhattn_core.ui.turns import in_turn

OF_WORD = HASHES | {WordContributions: lambda word: (result_id(word.result), word.stack, word.unit)}

OF_STACK = HASHES | {WordContributions: lambda word: (result_id(word.result), word.stack)}
"""For what is the same whichever word is chosen."""

kept_links = st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)(links_found)
kept_lengths = st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=HASHES)(weights_and_lengths)
kept_layers = st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASHES)(through_layers)
kept_next_token = st.cache_data(max_entries=64, show_spinner=False, hash_funcs=OF_WORD)(next_token)


def contributions_to(result: AttentionResult, stack: str, word: str) -> WordContributions:
    """As the function of this name in ``experiments``, with what takes time kept."""
    queries, keys = axes(result, stack)
    unit = unit_of(result, stack, words_read(result, stack), word)
    return WordContributions(result, stack, queries, keys, word, unit, _added(result, stack))


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=HASHES)
def _added(result: AttentionResult, stack: str) -> np.ndarray:
    return result.contributions(stack)


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def words_read(result: AttentionResult, stack: str) -> Mapping[str, int]:
    """Which words a stack reads, as ``word_units`` names them, found once."""
    return word_units(result, stack, axes(result, stack)[0])


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=OF_STACK)
def participation(word: WordContributions) -> pd.DataFrame:
    """The participation ratio of each layer, measured once for a stack."""
    return word.participation()


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=OF_STACK)
@in_turn
def unique_shares(word: WordContributions, layer: int) -> pd.DataFrame:
    """The unique share of each head of a layer, fitted once for a stack."""
    return word.unique_shares(layer)
