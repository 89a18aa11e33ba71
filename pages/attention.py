"""Attention: what each head of each model looks at."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices

controls = ui.sidebar()
ui.page(
    _("Attention"),
    _(
        "What does each head look at? A row is a word that attends, a column a word attended; each row, with its grey special column, makes one. A weight is a score, never an explanation: what breaks without the head is another question."
    ),
)
switches = st.container(horizontal=True)
with switches:
    tokens = st.toggle(
        _("Tokens instead of words"),
        key="tokens",
        bind="query-params",
        help=_("The pieces that the model is fed, special ones too. Words are what models with different tokenizers share."),
    )
    same_scale = st.toggle(
        _("Same scale for all"),
        key="same_scale",
        bind="query-params",
        help=_("Colours go to 1 everywhere, instead of each picture's own largest weight."),
    )

note = matrices().get(controls.gallery_id)
panels = list(controls.models) + (["note"] if note else [])
width = len(panels) if len(panels) <= 3 else 2
for start in range(0, len(panels), width):
    for place, column in enumerate(st.columns(width)[: len(panels) - start], start):
        with column:
            if note and panels[place] == "note":
                ui.note_panel(note)
                continue
            with ui.problems():
                ui.head_panel(panels[place], place, controls, units="tokens" if tokens else "words", same_scale=same_scale)

st.header(_("All heads at a glance"), anchor=False)
st.markdown(
    _(
        "Each picture is one head; click it, or choose it above, to open it in full. Colour shows the weight between words; special tokens are left out."
    )
)
for start in range(0, len(controls.models), 2):
    for place, column in enumerate(st.columns(min(2, len(controls.models)))[: len(controls.models) - start], start):
        with column, ui.problems():
            ui.glance_panel(controls.models[place], place, controls, same_scale=same_scale)
