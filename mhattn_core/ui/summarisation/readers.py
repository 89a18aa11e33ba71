"""The way to a model that can read a document and write its summary."""

import streamlit as st

from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.findings.summarisation.readers import able, languages, where
from mhattn_core.locale import _, listed
from mhattn_core.ui.chosen import take_model_in_place

MOST_OFFERED = 3


def offer(place: int, given: DocumentInput, name: str) -> None:
    """Which models could do it, each with a button that puts it in the sidebar in the place of this one."""
    offered = [entry for entry in able(given.language) if entry.name != name][:MOST_OFFERED]
    if not offered:
        st.caption(
            _("No model that is offered here reads and writes {language}.").format(language=languages()[given.language])
        )
        return
    st.caption(
        _("Models that read and write {language}: {names}.").format(
            language=languages()[given.language],
            names=listed(f"{entry.name} ({where(entry)})" for entry in offered),
        )
    )
    with st.container(horizontal=True):
        for entry in offered:
            st.button(
                _("Use {name}").format(name=entry.name),
                key=f"summary-reader-{place}-{entry.name}",
                on_click=take_model_in_place,
                args=(place, entry.name),
            )
