"""Attention: what each head of each model looks at."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices

ui.page(
    _("Attention"),
    _("What does each head look at? A row is a word that attends, a column a word attended; each row, with its grey special column, makes one. A weight is a score, never an explanation: what breaks without the head is another question."),
)
controls = ui.sidebar()

switches = st.container(horizontal=True)
with switches:
    names = {"words": _("words"), "tokens": _("tokens")}
    with ui.shared("units", "words", accepts=names.__contains__):
        units = st.segmented_control(
            _("Units"), list(names), format_func=names.__getitem__, required=True, key="units", persist_state="session"
        )
    with ui.shared("same_scale", False, accepts=lambda _value: True, parse=lambda text: text == "yes", write=lambda _value: "yes"):
        same_scale = st.toggle(
            _("Same scale for all"),
            key="same_scale",
            persist_state="session",
            help=_("Colours go to 1 everywhere, instead of each picture's own largest weight."),
        )

note = matrices().get(controls.gallery_id)
panels = list(controls.models) + (["note"] if note else [])
width = len(panels) if len(panels) <= 3 else 2
for start in range(0, len(panels), width):
    for place, column in enumerate(st.columns(width)[: len(panels) - start], start):
        with column:
            if panels[place] == "note":
                ui.note_panel(note)
                continue
            with ui.problems():
                ui.head_panel(panels[place], place, controls, units=units, same_scale=same_scale)

st.header(_("All heads at a glance"), anchor=False)
st.markdown(_("Each picture is one head; click it, or choose it above, to open it in full. Colour shows the weight between words; special tokens are left out."))
for start in range(0, len(controls.models), 2):
    for place, column in enumerate(st.columns(min(2, len(controls.models)))[: len(controls.models) - start], start):
        with column, ui.problems():
            ui.glance_panel(controls.models[place], place, controls, same_scale=same_scale)
