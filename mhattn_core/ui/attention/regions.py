"""What all heads of the shown models give to the regions of the text as fed."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.heads.marked_regions import marked_regions_of_pair
from mhattn_core.findings.heads.regions import regions_of_pair
from mhattn_core.locale import _
from mhattn_core.ui.show import show


def regions_panel(heads: Sequence[Shown]) -> None:
    """Nothing is computed until the fold is open."""
    fold = st.expander(
        _("Share of each region of the text"), icon=":material/segment:", key="regions-opened", on_change="rerun"
    )
    if fold.open:
        with fold:
            if heads[0].result.pair.marks:
                show(marked_regions_of_pair(heads), key="marked-regions")
            chosen = tuple((one.model, *one.head.cell) for one in heads)
            show(regions_of_pair([(one.result, one.head.stack) for one in heads]), key="regions", chosen=chosen)
