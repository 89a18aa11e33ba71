"""The end of the page: a link to this view, and how to get the same numbers."""

import streamlit as st

from mhattn_core.findings.summarisation.code import FILE, python_lines, saved
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import MODELS, PAIR, Controls
from mhattn_core.ui.reproduce import cite, link_with
from mhattn_core.ui.resources import loaded, loaded_names, precision
from mhattn_core.version import VERSION

PAGE = "Summarisation"


def share_and_reproduce(given: DocumentInput, name: str, controls: Controls) -> None:
    """Share, and Reproduce and cite. A document of the reader's own stands in no link: it is too long for one, and
    theirs.
    """
    st.divider()
    with st.expander(_("Share"), icon=":material/share:"):
        settings = {key: st.query_params.get_all(key) for key in st.query_params if key not in (MODELS, PAIR)} | {
            MODELS: list(controls.models)
        }
        st.caption(
            _("This link opens the same models and settings, without your document: that stands in no address.")
            if given.own
            else _("This link opens the same view: document, models, head and settings.")
        )
        st.code(link_with(settings), language=None, wrap_lines=True)
        if given.own:
            st.caption(prose("share_document"))
            st.download_button(
                _("Save the document"),
                saved(given),
                FILE,
                key="summary-save",
                icon=":material/save:",
                on_click="ignore",
            )
    with st.expander(_("Reproduce and cite"), icon=":material/science:"):
        st.markdown(prose("python_of_document").format(version=VERSION))
        st.code(python_lines(given, name, precision()), language="python", wrap_lines=True)
        revision = f"@{loaded(name).revision}" if name in loaded_names() else ""
        st.markdown(prose("method_of_document").format(model=f"`{name}{revision}`", version=VERSION))
        cite(PAGE)
