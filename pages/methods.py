"""Methods: definitions, sources, how to read and how to cite."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.text.measured import results
from mhattn_core.text.methods import methods, sources
from mhattn_core.text.prose import prose
from mhattn_core.ui.methods_list import licences, methods_list, quantities_list
from mhattn_core.ui.page import page
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.version import VERSION

sidebar("Methods")
page(_("Methods"), _("What is measured, how, and by whom it was proposed. Search for a word, or read on."))
wanted = (
    st.text_input(_("Search"), key="search", bind="query-params", placeholder=_("for example: entropy")).strip().lower()
)
measured = [one for one in quantities().values() if wanted in one.searchable]
ways = [method for method in methods().values() if wanted in method.searchable]
if measured:
    st.header(_("Quantities"), anchor="quantities")
    quantities_list(measured)
if ways:
    st.header(_("How it is measured"), anchor="methods")
    methods_list(ways)
if not measured and not ways:
    st.info(_("No entry contains this word."))

st.header(_("How to read it"), anchor="reading")
st.markdown(prose("reading"))
st.header(_("Words"), anchor="words")
st.markdown(prose("words"))
st.header(_("How a pair is fed"), anchor="feeding")
st.markdown(prose("feeding"))
st.header(_("Measured with this program"), anchor="measured")
for result in results():
    with st.expander(result.title):
        st.markdown(result.text)
st.header(_("Models and data"), anchor="data")
licences()
st.header(_("How to cite"), anchor="citing")
st.markdown(
    _(
        "Name the model with its revision, the sentences, the measure with its source below, and this program with "
        "its version."
    )
)
st.code(
    f"@software{{mhattn, title = {{mhattn: comparing attention heads across models}}, version = {{{VERSION}}}}}",
    language="bibtex",
)
with st.expander(_("All sources as BibTeX"), icon=":material/menu_book:"):
    st.code("\n".join(sources().values()), language="bibtex", wrap_lines=True)
