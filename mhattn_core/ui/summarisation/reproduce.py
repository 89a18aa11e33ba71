"""The end of the page: a link to this view, and how to get the same numbers."""

import streamlit as st

from mhattn_core.findings.summarisation.code import FILE, python_lines, saved
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import MODELS, PAIR, Controls
from mhattn_core.ui.reproduce import link_with, reproduce
from mhattn_core.ui.resources import loaded, loaded_names, precision
from mhattn_core.version import VERSION


def share_and_reproduce(given: DocumentInput, name: str, controls: Controls) -> None:
    """Share, and Reproduce and cite. A document of the reader's own stands in no link: it is too long for one, and
    theirs.
    """
    st.divider()
    with st.expander(_("Share"), icon=":material/share:"):
        settings = {key: st.query_params.get_all(key) for key in st.query_params if key != PAIR}
        st.caption(
            _("This link opens the same models and settings, without your document: that stands in no address.")
            if given.own
            else _("This link opens the same view: document, models, head and settings.")
        )
        st.code(link_with(settings | {MODELS: list(controls.models)}), language=None, wrap_lines=True)
        if given.own:
            st.caption(prose("share_document"))
            label, icon = _("Save the document"), ":material/save:"
            st.download_button(label, saved(given), FILE, key="summary-save", icon=icon, on_click="ignore")
    revision = f"@{loaded(name).revision}" if name in loaded_names() else ""
    method = prose("method_of_document").format(model=f"`{name}{revision}`", version=VERSION)
    python = {"python": python_lines(given, name, precision())}
    reproduce("Summarisation", prose("python_of_document").format(version=VERSION), python, method)
