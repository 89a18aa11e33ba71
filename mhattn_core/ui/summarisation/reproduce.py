"""The end of the page: a link to this view, and how to get the same numbers."""

from urllib.parse import urlencode

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.methods import sources_of
from mhattn_core.ui.resources import models
from mhattn_core.ui.sidebar import MODELS, PAIR, Controls
from mhattn_core.ui.summarisation.data import Given
from mhattn_core.version import VERSION

PAGE = "Summarisation"
LONGEST_SHOWN = 300


def share_and_reproduce(given: Given, name: str, controls: Controls) -> None:
    """Share, and Reproduce and cite. A document of the reader's own stands in no link: it is too long for one, and theirs."""
    st.divider()
    with st.expander(_("Share"), icon=":material/share:"):
        settings = {key: st.query_params.get_all(key) for key in st.query_params if key not in (MODELS, PAIR)} | {
            MODELS: list(controls.models)
        }
        st.caption(
            _("This link opens the same models and settings, without your document.")
            if given.own
            else _("This link opens the same view: document, models, head and settings.")
        )
        st.code(f"{(st.context.url or '').split('?')[0]}?{urlencode(settings, doseq=True)}", language=None, wrap_lines=True)
    with st.expander(_("Reproduce and cite"), icon=":material/science:"):
        st.markdown(
            _(
                "These lines run the same document through the same model with mhattn {version}; `found` then holds every weight of this page."
            ).format(version=VERSION)
        )
        st.code(python_lines(given, name), language="python", wrap_lines=True)
        revision = f"@{models().get(name).revision}" if name in models().names() else ""
        st.markdown(
            _(
                "Method: weights after the softmax of the step that predicts each word of the summary, summed over the words of each segment ({model}; mhattn {version}); lift is a segment’s share of them less its share of the document’s words; one document is an example."
            ).format(model=f"`{name}{revision}`", version=VERSION)
        )
        bibliography = sources_of(PAGE)
        if bibliography:
            st.code("\n".join(bibliography), language="bibtex", wrap_lines=True)


def python_lines(given: Given, name: str) -> str:
    """Python that gives the same weights. A long document of the reader's own is read from a file."""
    imports = [
        "import mhattn_core as mh",
        "from mhattn_core.attention.segments import segment_weights",
        "from mhattn_core.measures.segments import lift",
    ]
    summary = given.summary.text or "…"
    if given.id:
        imports.append("from mhattn_core.text.documents import documents")
        read = [f"one = documents()[{given.id!r}]", "document, summary = one.document, one.summary"]
    else:
        imports += ["from mhattn_core.text.documents import Document", "from mhattn_core.text.words import cut"]
        text = repr(given.document.segments)
        if len(text) > LONGEST_SHOWN:
            imports += ["from pathlib import Path", "from mhattn_core.text.documents import read_document"]
            imports.remove("from mhattn_core.text.documents import Document")
            read = [f"document = read_document(Path('document.txt').read_text(encoding='utf-8'), by={given.by!r})"]
        else:
            read = [f"document = Document({text}, {given.document.separator!r})"]
        read.append(f"summary = cut({summary!r})")
    end = [f"found = segment_weights(mh.load({name!r}), document, summary)", "print(lift(found.weights, found.words).shape)"]
    return "\n".join([*imports, "", *read, *end])
