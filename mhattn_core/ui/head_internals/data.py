"""What the page Inside a head knows about one head and two words, kept between reruns."""

import numpy as np
import streamlit as st

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.pre_rope import BeforeRotation, before_rotation
from mhattn_core.attention.units import Units, unit_weights, units
from mhattn_core.findings.head_internals.opened import first_words
from mhattn_core.heads import Head
from mhattn_core.measures.inside.score_decomposition import Steps, steps
from mhattn_core.ui.resources import HASHES


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def arithmetic(seen: AttentionResult, head: Head) -> tuple[HeadValues, Steps]:
    """A head's values and its steps to the weights; the network runs again for them. Raises Problem as
    ``AttentionResult.values``.
    """
    values = seen.values(head.stack, layer=head.layer, head=head.head)
    return values, steps(values)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def unrotated(seen: AttentionResult, head: Head) -> BeforeRotation:
    """Queries and keys before positions turn them; the network runs again for them, once."""
    return before_rotation(seen, head.stack, layer=head.layer, head=head.head)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def axes(seen: AttentionResult, stack: str) -> tuple[Units, Units]:
    """Words and special tokens that a stack reads, as queries and as keys, found once."""
    return units(seen, stack)


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def all_weights(seen: AttentionResult, stack: str) -> np.ndarray:
    """Of every head on units: ``[layer, head, query unit, key unit]``."""
    return unit_weights(seen.pattern(stack), *axes(seen, stack))


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def words_at_first(seen: AttentionResult, stack: str, gallery_id: str) -> tuple[str, str]:
    """Ids of the two units that are shown before anybody chooses, found once."""
    return first_words(all_weights(seen, stack), *axes(seen, stack), stack, gallery_id)
