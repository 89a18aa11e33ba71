"""Home: the note's six chapters, followed claim by claim on real models."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import chapters

ui.page(
    _("What do attention heads do?"),
    _("A note on multi-head attention says that heads are specialists. Follow it claim by claim: what it says, what a real model does with the same words, and how far one sentence can be believed."),
)
controls = ui.sidebar()

titles = {chapter.number: f"{chapter.number} · {chapter.title}" for chapter in chapters()}
with ui.shared("chapter", 1, accepts=titles.__contains__, parse=int):
    number = st.pills(
        _("Chapter"), list(titles), format_func=titles.__getitem__, required=True, key="chapter", persist_state="session"
    )
chapter = chapters()[number - 1]
claim = st.selectbox(
    _("Claim of the note"),
    chapter.claims,
    format_func=lambda claim: claim.quote,
    key=f"claim-{number}",
)
with ui.problems():
    ui.claim_panel(claim, controls)

st.header(_("Your own sentence"), anchor=False)
with st.form("own", border=False):
    sentence = st.text_input(_("A sentence in any language"), max_chars=2000, placeholder=_("for example: The dog that barked chased the cat"))
    if st.form_submit_button(_("See every head read it"), icon=":material/grid_on:") and sentence.strip():
        ui.take_sentence(sentence)
        st.switch_page(ui.page_file("Attention"))
