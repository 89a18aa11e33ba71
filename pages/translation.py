"""Translation: which source word feeds which target word."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.claims import matrices
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, open_tab
from mhattn_core.ui.head_panel import note_panel
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.ui.translation.alignment_panel import alignment_panel
from mhattn_core.ui.translation.gold_panel import gold_panel
from mhattn_core.ui.translation.reference_aligner import choose_reference

NOTE = "love-nlp"

controls = sidebar("Translation")
page(
    _("Translation"),
    _("Which source word feeds which target word?"),
    reading=prose("translation"),
)
tab = open_tab({"pair": _("This pair"), "gold": _("Many pairs with gold")})
if tab == "pair":
    charts, settings = st.container(), st.container(horizontal=True, vertical_alignment="bottom")
    with settings:
        names = code_names(("pattern", "norm"))
        weight = choose(_("Weights"), names, key="weight", pills=True, help_text=prose("alignment_weights"))
        reference = choose_reference(controls)
    note = matrices()["translation"] if controls.gallery_id == NOTE else None
    columns = charts.columns([3] * min(2, len(controls.models)) + [2] * bool(note))
    for place, name in enumerate(controls.models):
        with columns[place % 2 if len(controls.models) > 1 else 0]:
            alignment_panel(name, place, controls, reference, weight="norm" if weight == "norm" else "pattern")
    if note:
        with columns[-1]:
            note_panel(note)
    with st.expander(_("Supervised and emergent alignment"), icon=":material/school:"):
        st.markdown(prose("supervised_alignment"))
else:
    gold_panel(controls)
share_and_reproduce("Translation", controls)
