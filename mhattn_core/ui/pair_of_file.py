"""Any pair of a file that was brought becomes the pair of the sidebar."""

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.ui.page import problems
from mhattn_core.ui.pair_choice import take_pair
from mhattn_core.ui.upload_files import read
from mhattn_core.ui.visit import visit


def pair_of_file() -> None:
    """File and number of the pair; nothing while there are no files."""
    files = visit().files
    if not files:
        return
    with st.expander(_("Pairs of your files"), icon=":material/folder_open:"), problems():
        name = str(st.selectbox(_("File"), list(reversed(files)), key="pair-file"))
        pairs = read(files[name]).pairs
        if not pairs:
            return
        number = st.number_input(_("Pair"), 1, len(pairs), key=f"pair-of-{name}-{len(pairs)}")
        st.caption(escape(pairs[number - 1].pair.source[:200]))
        st.button(
            _("Show this pair"),
            key="pair-of-file",
            icon=":material/visibility:",
            on_click=take_pair,
            args=(pairs[number - 1].pair,),
        )
