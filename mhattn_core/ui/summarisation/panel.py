"""Which segment feeds which word of a summary: the whole page but its head."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.findings.summarisation.code import FILE, python_lines, saved
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput
from mhattn_core.findings.summarisation.readers import able, about_translator, unable, who_could
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import show_tab
from mhattn_core.ui.controls import MODELS, PAIR, Controls, take_model_in_place
from mhattn_core.ui.head_choice import choose_model
from mhattn_core.ui.names import short_text
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.reproduce import link_with, reproduce
from mhattn_core.ui.resources import loaded, loaded_names, precision
from mhattn_core.ui.summarisation.document import choose_document
from mhattn_core.ui.summarisation.elsewhere import elsewhere, stored
from mhattn_core.ui.summarisation.live import Work, made, offer_run
from mhattn_core.ui.summarisation.picture import document_told, note_matrix, picture, summary_told
from mhattn_core.ui.summarisation.tabs import believe_tab, heads_tab, layers_tab, table_tab
from mhattn_core.version import VERSION

WORK = "summary-work"
OF_NOTE = "ai"
"""The document of the gallery whose summary is the note's."""
MOST_OFFERED = 3
"""Models that could do what the chosen one cannot."""


def summarisation_panel(controls: Controls) -> None:
    """Work that was asked for comes last, so that what was shown stands while it goes on, and after a stop.

    It is done outside of the fragment: what is clicked inside one waits until a run is over, and so would its Stop.
    """
    bar = st.container()
    _view(controls)
    work: Work | None = st.session_state.pop(WORK, None)
    if work:
        with bar, problems():
            work(bar)


@panel
def _view(controls: Controls) -> None:
    """Redrawn by a click, without the sidebar."""
    given = choose_document()
    place = choose_model(controls)
    name = controls.models[place]
    found = made(name, given) or stored(name, given)
    # An emptied place: the button of the text before goes at once, and does not stand beside the new one till the
    # end.
    head = st.empty()
    work = _shown(found, controls, head) if found else _not_shown(name, place, given, head)
    share_and_reproduce(found.given if found else given, name, controls)
    if work:
        st.session_state[WORK] = work
        st.rerun()


def _shown(found: DocumentAttention, controls: Controls, head: DeltaGenerator) -> Work | None:
    """A result, stored or live; below it where it comes from, and the button that runs it again."""
    name, given = found.model, found.given
    work: Work | None = None
    head.empty()
    known = elsewhere(name, given, controls)
    whose, table = picture(found, known)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.run:
            st.badge(_("stored: {source}").format(source=found.source), icon=":material/inventory_2:", color="blue")
            work = offer_run(name, given, again=True)
        else:
            st.badge(_("run here: {source}").format(source=found.source), icon=":material/bolt:", color="green")
    if about := about_translator(name):
        st.caption(about)
    if given.id == OF_NOTE:
        note_matrix()
    views: dict[str, tuple[str, Callable[[], Work | None]]] = {
        "heads": (_("All heads"), lambda: heads_tab(found, whose, known)),
        "layers": (_("Layers"), lambda: layers_tab(found)),
        "believe": (_("How far to believe it"), lambda: believe_tab(found, known)),
        "table": (_("Table"), lambda: table_tab(found, whose, table)),
    }
    with problems():
        return show_tab(views) or work
    return work


def _not_shown(name: str, place: int, given: DocumentInput, head: DeltaGenerator) -> Work | None:
    """No result yet: in `head` why, and the way to one; the document stands there all the same."""
    reason = unable(name, given)
    work: Work | None = None
    with head.container():
        if reason:
            st.info(short_text(reason), icon=":material/translate:")
            _offer_readers(place, given, name)
        else:
            if about := about_translator(name):
                st.caption(about)
            with problems():
                work = offer_run(name, given, again=False)
    summary_told(given)
    document, *beside = st.columns([3, 2], gap="medium") if given.id == OF_NOTE else [st.container()]
    with document:
        if given.summary and (given.likest >= 0).any():
            st.caption(prose("most_similar_segment"))
        document_told(given, None)
    for column in beside:
        with column:
            note_matrix()
    return work


def _offer_readers(place: int, given: DocumentInput, name: str) -> None:
    """Which models could do it, each with a button that puts it in the sidebar in the place of this one."""
    offered = [entry for entry in able(given.language) if entry.name != name][:MOST_OFFERED]
    st.caption(who_could(given.language, offered))
    with st.container(horizontal=True):
        for entry in offered:
            label, key = _("Use {name}").format(name=entry.name), f"summary-reader-{place}-{entry.name}"
            st.button(label, key=key, on_click=take_model_in_place, args=(place, entry.name))


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
