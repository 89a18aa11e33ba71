"""Methods: definitions, sources, how to read and how to cite."""

import streamlit as st

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.text.measured import results
from mhattn_core.text.methods import methods, sources
from mhattn_core.version import VERSION

ui.sidebar("Methods")
ui.page(_("Methods"), _("What is measured, how, and by whom it was proposed. Search for a word, or read on."))
wanted = (
    st.text_input(_("Search"), key="search", bind="query-params", placeholder=_("for example: entropy")).strip().lower()
)
measured = [one for one in quantities().values() if wanted in ui.searchable(one)]
ways = [method for method in methods().values() if wanted in ui.searchable(method)]
if measured:
    st.header(_("Quantities"), anchor="quantities")
    ui.quantities_list(measured)
if ways:
    st.header(_("How it is measured"), anchor="methods")
    ui.methods_list(ways)
if not measured and not ways:
    st.info(_("Nothing here goes by that word."))

st.header(_("How to read it"), anchor="reading")
st.markdown(
    _(
        "- **A weight is a score, never an explanation.** A head may attend to a word and make nothing of it; what "
        "breaks without the head is another question.\n- **1 pair: an example.** One sentence shows what a head can "
        "do, not what it usually does. Numbers over many pairs carry a 95 % interval and n, the number of pairs in "
        "which there was something to count.\n- **No evidence** means: tested, and not above the baseline. "
        "**Insufficient data** means: too few to test. **Not measurable** says why.\n- **Random weights** are beside "
        "every claim: what they show, training did not teach.\n- Layers and heads count from 0: L3 H7 is the eighth "
        "head of the fourth layer."
    )
)
st.header(_("Words"), anchor="words")
st.markdown(
    _(
        "- **query, key**: the word that attends, and the word attended to. Rows are queries.\n- **source, target**: "
        "the sentences of a pair, A and B.\n- **stack**: encoder, decoder, or cross (the decoder's look at the "
        "encoder).\n- **block**: A→A, A→B, B→A, B→B of a pair that is read together.\n- **special tokens**: what the "
        "tokenizer adds, such as [CLS], separators, language codes.\n- **sink**: a token that takes attention that "
        "means nothing, often the first."
    )
)
st.header(_("How a pair is fed"), anchor="feeding")
st.markdown(
    _(
        "An encoder reads [CLS] A [SEP] B [SEP] as its tokenizer joins them. A causal model reads its first token "
        "(that of the beginning of a text, or [CLS]; some have none), A, a line break, B. A translator's encoder "
        "reads A, and its decoder is shown B step by step; without B it writes one, word by word, the likeliest each "
        "time."
    )
)
st.header(_("Measured with this program"), anchor="measured")
for result in results():
    with st.expander(result.title):
        st.markdown(result.text)
st.header(_("Models and data"), anchor="data")
ui.licences()
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
