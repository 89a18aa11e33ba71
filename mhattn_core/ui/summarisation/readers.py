"""The way to a model that can read a document and write its summary."""

import streamlit as st

from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.findings.summarisation.readers import able, languages, where
from mhattn_core.locale import _
from mhattn_core.ui.chosen import choose_for_good
from mhattn_core.ui.controls import MODELS

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
            names=", ".join(f"{entry.name} ({where(entry)})" for entry in offered),
        )
    )
    with st.container(horizontal=True):
        for entry in offered:
            st.button(
                _("Use {name}").format(name=entry.name),
                key=f"summary-reader-{place}-{entry.name}",
                on_click=_replace,
                args=(place, entry.name),
            )


def _replace(place: int, name: str) -> None:
    models = list(st.session_state[MODELS])
    models[place : place + 1] = [name]
    choose_for_good(MODELS)
    st.session_state[MODELS] = list(dict.fromkeys(models))
