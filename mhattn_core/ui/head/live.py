"""What two heads do on the sentence in the sidebar."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.findings.attention.shown import Shown
from mhattn_core.heads import ModelHead
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import head_panel, whole_head
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.unknown import may_draw


def live_heads(heads: Sequence[ModelHead], controls: Controls) -> None:
    """Side by side, on one scale of colours; one that cannot be drawn says why in its place."""
    columns = st.columns(len(heads), gap="medium")
    shown: dict[int, Shown] = {}
    for place, (head, column) in enumerate(zip(heads, columns, strict=True)):
        with column, problems(head.model):
            st.markdown(f"**{model_label(head.name)}** · `{head.stack}`")
            seen = attended_with_progress(head.model, controls)
            if may_draw(seen, head.stack, place):
                shown[place] = whole_head(seen, head.within)
    for place, one in shown.items():
        with columns[place]:
            head_panel(one, place, beside=list(shown.values()))
