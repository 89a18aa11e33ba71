"""Translation: which source word feeds which target word."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices
from mhattn_core.text.prose import prose

NOTE = "love-nlp"

controls = ui.sidebar("Translation")
ui.page(
    _("Translation"),
    _("Which source word feeds which target word?"),
    reading=prose("translation"),
)
tab = ui.open_tab({"pair": _("This pair"), "gold": _("Many pairs with gold")})
if tab == "pair":
    charts, settings = st.container(), st.container(horizontal=True, vertical_alignment="bottom")
    with settings:
        weight = st.segmented_control(
            _("Weights"),
            ["pattern", "norm"],
            default="pattern",
            required=True,
            key="weight",
            bind="query-params",
            help=_(
                "pattern: the attention weights. norm: the weights times the length of what each source word gives "
                "(Kobayashi et al. 2020); a word may get much weight and give little."
            ),
        )
        reference = ui.choose_reference(controls)
    note = matrices()["translation"] if controls.gallery_id == NOTE else None
    columns = charts.columns([3] * min(2, len(controls.models)) + [2] * bool(note))
    for place, name in enumerate(controls.models):
        with columns[place % 2 if len(controls.models) > 1 else 0]:
            ui.alignment_panel(name, place, controls, reference, weight="norm" if weight == "norm" else "pattern")
    if note:
        with columns[-1]:
            ui.note_panel(note)
    with st.expander(_("Supervised and emergent alignment"), icon=":material/school:"):
        st.markdown(prose("supervised_alignment"))
else:
    ui.gold_panel(controls)
ui.share_and_reproduce("Translation", controls)
