"""Overview: how the heads of these models differ."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.overview.own_sentence import own_sentence
from mhattn_core.ui.overview.panel import overview_panel
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.ui.upload import own_pairs

controls = sidebar("Overview")
page(
    _("How do the heads of these models differ?"),
    _(
        "Every head of every model: what it specialises in, whether another is nearly the same, and what breaks without it."
    ),
)
overview_panel(controls)
with st.expander(_("Your own sentence, or a file of pairs"), icon=":material/edit:"):
    own_sentence()
    own_pairs()
share_and_reproduce("Overview", controls, run=manifest_of(controls, "relations", pair_will_do=False))
