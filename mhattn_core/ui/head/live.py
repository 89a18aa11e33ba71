"""What two heads do on the sentence in the sidebar, once their models are loaded."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import loaded_names
from mhattn_core.ui.unknown import may_draw


def live(heads: Sequence[ModelHead], controls: Controls) -> None:
    """Side by side; open from the start where both models are loaded already."""
    opened = st.expander(
        _("On the sentence in the sidebar"),
        icon=":material/grid_on:",
        key="live",
        expanded={head.model for head in heads} <= set(loaded_names()),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        for place, (head, column) in enumerate(zip(heads, st.columns(2, gap="medium"), strict=True)):
            with column, problems(head.model):
                seen = attended_with_progress(head.model, controls)
                if may_draw(seen, head.stack, place):
                    head_panel(seen, head.within, place, units="words", same_scale=True)
