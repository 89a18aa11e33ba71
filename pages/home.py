"""Home: the note's six chapters, followed claim by claim on real models."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.claims import chapters

controls = ui.sidebar("Home")
ui.page(
    _("What do attention heads do?"),
    _("A note on multi-head attention says that heads are specialists. Follow it claim by claim on real models."),
    reading=_(
        "Each claim stands with what the note says, what a real model does with the same words, and how far one "
        "sentence can be believed."
    ),
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    titles = {str(chapter.number): f"{chapter.number} · {chapter.title}" for chapter in chapters()}
    number = ui.choose(_("Chapter of the note"), titles, key="chapter", persist=True)
    claims = {claim.id: claim for claim in chapters()[int(number) - 1].claims}
    quotes = {id_: claim.quote for id_, claim in claims.items()}
    chosen = st.selectbox(
        _("Claim of the note"),
        list(claims),
        format_func=quotes.__getitem__,
        key=f"claim-{number}",
        persist_state="session",
    )
with ui.problems():
    ui.claim_panel(claims[chosen], controls)

st.subheader(_("Your own sentence"), anchor=False)
ui.own_sentence()
with st.expander(_("Or bring a file of pairs"), icon=":material/upload_file:"):
    ui.own_pairs()
ui.share_and_reproduce("Home", controls)
