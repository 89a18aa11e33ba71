"""Attention: what each head of each model looks at."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices

controls = ui.sidebar("Attention")
ui.page(
    _("Attention"),
    _("What does each head look at?"),
    reading=_(
        "A row is a word that attends, a column a word attended to; each row, with its grey special column, "
        "sums to 1. Below stand all heads at a glance: choose one to open it in full. A weight is a score, "
        "never an explanation: what breaks without the head is another question."
    ),
)
ui.head_views()
with st.container(horizontal=True):
    tokens = st.toggle(
        _("Tokens instead of words"),
        key="tokens",
        bind="query-params",
        help=_(
            "The pieces that the model is fed, special ones too. Words are what models with different tokenizers share."
        ),
    )
    same_scale = st.toggle(
        _("Same scale for all"),
        key="same_scale",
        bind="query-params",
        help=_("Colours go to 1 everywhere, instead of each picture's own largest weight."),
    )

note = matrices().get(controls.gallery_id)
for start in range(0, len(controls.models), 2):
    row = controls.models[start : start + 2]
    columns = st.columns([3] * len(row) + [2] * bool(note and start == 0))
    for place, (name, column) in enumerate(zip(row, columns, strict=False), start):
        with column:
            ui.model_panel(name, place, controls, units="tokens" if tokens else "words", same_scale=same_scale)
    if note and start == 0:
        with columns[-1]:
            ui.note_panel(note)
ui.share_and_reproduce("Attention", controls)
