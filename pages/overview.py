"""Overview: how the heads of these models differ."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Overview")
ui.page(
    _("How do the heads of these models differ?"),
    _(
        "Every head of every model: what it specialises in, whether another is nearly the same, and what breaks without it."
    ),
)
ui.overview_panel(controls)
with st.expander(_("Your own sentence, or a file of pairs"), icon=":material/edit:"):
    ui.own_sentence()
    ui.own_pairs()
ui.share_and_reproduce("Overview", controls)
