"""Home: the note's six chapters, followed claim by claim on real models."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.claims import chapters
from mhattn_core.ui.choices import choose
from mhattn_core.ui.claim_panel import claim_panel
from mhattn_core.ui.overview.own_sentence import own_sentence
from mhattn_core.ui.page import page, problems
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.ui.upload import own_pairs

controls = sidebar("Home")
page(
    _("What do attention heads do?"),
    _("A note on multi-head attention says that heads are specialists. Follow it claim by claim on real models."),
    reading=_(
        "Each claim stands with what the note says, what a real model does with the same words, and how far one "
        "sentence can be believed."
    ),
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    titles = {str(chapter.number): f"{chapter.number} · {chapter.title}" for chapter in chapters()}
    number = choose(_("Chapter of the note"), titles, key="chapter", persist=True)
    claims = {claim.id: claim for claim in chapters()[int(number) - 1].claims}
    quotes = {id_: claim.quote for id_, claim in claims.items()}
    chosen = st.selectbox(
        _("Claim of the note"),
        list(claims),
        format_func=quotes.__getitem__,
        key=f"claim-{number}",
        persist_state="session",
    )
with problems():
    claim_panel(claims[chosen], controls)

st.subheader(_("Your own sentence"), anchor=False)
own_sentence()
with st.expander(_("Upload sentence pairs"), icon=":material/upload_file:"):
    own_pairs()
share_and_reproduce("Home", controls)
