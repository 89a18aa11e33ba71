"""All heads of one model at a glance."""

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention import AttentionResult
from mhattn_core.charts.glance import PICKED, thumbnails
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.default_head import heads_by_entropy, mean_entropy
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import key_for
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.resources import HASHES

LISTED = 10


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _cached_table(seen: AttentionResult, stack: str, same_scale: bool) -> pd.DataFrame:
    return glance_table(seen.words(stack), same_scale=same_scale)


def glance_table(grid: WordGrid, *, same_scale: bool) -> pd.DataFrame:
    """One row a head, as ``charts.glance`` reads it."""
    layers, heads = grid.pattern.shape[:2]
    entropy, special = mean_entropy(grid)
    layer, head = (axis.ravel().tolist() for axis in np.indices((layers, heads)))
    return pd.DataFrame(
        {
            "layer": layer,
            "head": head,
            "name": list(map(head_name, layer, head)),
            "entropy": entropy.ravel(),
            "special_mass": special.ravel(),
            "picture": thumbnails(grid.pattern, same_scale=same_scale),
        }
    )


def glance_panel(seen: AttentionResult, chosen: Head, place: int, *, same_scale: bool) -> None:
    """All heads as a grid of pictures; on narrow screens the ten most concentrated as a list."""
    stack = chosen.stack
    table = _cached_table(seen, stack, same_scale)
    title = _("All heads at a glance")
    st.markdown(f"**{title}** · `{stack}`")
    wide, narrow = wide_and_narrow(f"glance-{place}")
    with wide:
        draw(
            charts.glance(table, chosen=chosen.cell, clicks=clicks()),
            key=f"glance-{place}",
            on_select=lambda: _open_picked(place),
            selection_mode=PICKED,
            alt_text=_("{heads} heads of {name}, layer by layer; {chosen} is open above.").format(
                heads=len(table), name=seen.model.name, chosen=chosen.name
            ),
        )
        export_panel(
            lambda: charts.glance(table),
            table.drop(columns="picture"),
            key=f"glance-{place}",
            name=f"{seen.model.name}-{stack}-all-heads",
            note=f"{seen.model.name}@{seen.model.revision}",
        )
    with narrow:
        grid = seen.words(stack)
        listed = [head_name(*found) for found in heads_by_entropy(grid)[:LISTED]]
        st.selectbox(
            _("The ten most concentrated heads"),
            listed,
            index=None,
            placeholder=_("Choose a head to open it above"),
            key=f"listed-{place}",
            on_change=lambda: _open(place, st.session_state[f"listed-{place}"]),
        )


def _open_picked(place: int) -> None:
    found = picked(f"glance-{place}")
    if found:
        _open(place, head_name(*found))


def _open(place: int, name: str | None) -> None:
    if name:
        st.session_state[key_for("head", place)] = name
