"""The note's own matrix of a summary, beside the Chinese document that was written for it."""

import streamlit as st

from mhattn_core.findings.summarisation.note import note_segments
from mhattn_core.locale import _
from mhattn_core.ui.show import show

DOCUMENT = "ai"
"""The document of the gallery whose summary is the note's."""


def note_matrix() -> None:
    """What the note claims, as sentence and picture; no model was measured, so it rests on no pair."""
    finding = note_segments()
    st.markdown("**{title}**".format(title=_("The note's own matrix")))
    st.markdown(finding.sentence)
    show(finding, key="note-segments", sentence=False)
