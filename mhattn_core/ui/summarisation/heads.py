"""Whose attention is shown: the best head elsewhere, the mean of all heads, a layer, or any head."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mhattn_core.findings.summarisation.document import DocumentAttention
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement
from mhattn_core.findings.summarisation.selection import HeadSelection
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import choose_or_leave

KEY = "summary_head"


def choose_whose(found: DocumentAttention, known: HeldOutAgreement | None) -> HeadSelection:
    """The reader's choice, or the best head; without any measure of other documents, the mean of all heads."""
    layers, heads = found.weights.weights.shape[:2]
    offered = [
        HeadSelection(),
        *(HeadSelection(layer) for layer in range(layers)),
        *(HeadSelection(layer, head) for layer in range(layers) for head in range(heads)),
    ]
    by_name = {whose.name: whose for whose in offered}
    usual = HeadSelection(*known.best, best=True) if known else HeadSelection()
    label = _("The best elsewhere: {name}").format(name=usual.name) if known else _("The mean of all heads")
    names = _("mean: the mean of all heads; L3: the mean of a layer; L3 H7: one head, as a click on the heads below.")
    chosen = choose_or_leave(_("Head"), list(by_name), label, key=KEY, help_text=names)
    return usual if chosen is None else by_name[chosen]


def open_head(mark: Mapping[str, Any]) -> None:
    """Show the head that was clicked."""
    st.session_state[KEY] = head_name(mark["layer"], mark["head"])
