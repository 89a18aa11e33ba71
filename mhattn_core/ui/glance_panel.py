"""All heads of one model at a glance."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.findings.attention.all_heads import glance_table, heads_at_a_glance
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.default_head import heads_by_entropy
from mhattn_core.ui.head_choice import key_for
from mhattn_core.ui.page import wide_and_narrow
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show

LISTED = 10


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _cached_table(seen: AttentionResult, stack: str, same_scale: bool) -> pd.DataFrame:
    return glance_table(seen.words(stack), same_scale=same_scale)


def glance_panel(seen: AttentionResult, chosen: Head, place: int, *, same_scale: bool) -> None:
    """All heads as a grid of pictures; on narrow screens the ten most concentrated as a list."""
    stack = chosen.stack
    finding = heads_at_a_glance(seen, stack, _cached_table(seen, stack, same_scale))
    title = _("All heads at a glance")
    st.markdown(f"**{title}** · `{stack}`")
    wide, narrow = wide_and_narrow(f"glance-{place}")
    with wide:
        show(finding, key=f"glance-{place}", on_pick=partial(_pick, place), sentence=False, chosen=chosen.cell)
    with narrow:
        listed = [head_name(*head) for head in heads_by_entropy(seen.words(stack))[:LISTED]]
        st.selectbox(
            _("The ten most concentrated heads"),
            listed,
            index=None,
            placeholder=_("Choose a head to open it above"),
            key=f"listed-{place}",
            on_change=lambda: _open(place, st.session_state[f"listed-{place}"]),
        )


def _pick(place: int, mark: Mapping[str, Any]) -> None:
    _open(place, head_name(mark["layer"], mark["head"]))


def _open(place: int, name: str | None) -> None:
    if name:
        st.session_state[key_for("head", place)] = name
