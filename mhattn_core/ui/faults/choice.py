"""Choosing the quantity that is shown, and the way in which heads are switched off."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core.attention.ablation import Kind
from mhattn_core.locale import _

KINDS: tuple[Kind, ...] = ("mean", "zero", "uniform")
QUANTITIES = ("loss", "divergence", "retrieval", "displacement")


def choose_quantity(rows: pd.DataFrame) -> str:
    """A quantity that the table has, the model's loss first."""
    quantities = [name for name in QUANTITIES if (rows["quantity"] == name).any()]
    if len(quantities) == 1:
        return quantities[0]
    # The names of quantities are the library's own in every language, as in tables and addresses.
    return str(
        st.segmented_control(
            _("Quantity"), quantities, default=quantities[0], required=True, key="quantity", bind="query-params"
        )
    )


def choose_kind(kinds: Sequence[Kind], key: str) -> Kind:
    """A way to switch heads off; no choice where there is one."""
    if len(kinds) == 1:
        return kinds[0]
    if st.session_state.get(key) not in (None, *kinds):
        st.session_state[key] = kinds[0]
    # The names of kinds are the library's own in every language, as in tables and addresses.
    chosen = st.segmented_control(
        _("Switched off means"),
        kinds,
        default=kinds[0],
        required=True,
        key=key,
        bind="query-params",
        help=_(
            "zero: the head gives nothing. mean: it gives its mean over the positions read, the same everywhere; before the first word that is its own output. uniform: it looks at all words equally."
        ),
    )
    return chosen or kinds[0]
