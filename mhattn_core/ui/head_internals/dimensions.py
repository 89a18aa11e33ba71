"""How many directions a head's scores use, and which of its dimensions tell keys apart."""

import streamlit as st

from mhattn_core.findings.head_internals.dimensions import rank_sentence, shares_of_dimensions
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.text.prose import prose
from mhattn_core.ui.show import show


def dimensions_view(inside: Inside) -> None:
    """Which dimensions tell the keys apart, and how many directions the scores use."""
    show(shares_of_dimensions(inside), key="shares")
    st.markdown(rank_sentence(inside))
    st.caption(prose("effective_rank"))
    st.info(
        prose("dimensions"),
        icon=":material/rotate_90_degrees_cw:",
    )
