"""The sidebar that all pages share: models, pair, data, and the language."""

from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mhattn_core.findings.markdown import escape
from mhattn_core.hosted import hosted
from mhattn_core.locale import _, listed
from mhattn_core.models import control_names
from mhattn_core.models.catalogue import entries, offered
from mhattn_core.models.control_names import trained_name, with_control
from mhattn_core.models.fetch import fetch
from mhattn_core.models.precision import AUTO, DTYPES, FLOAT32
from mhattn_core.models.readers import can_read, language_told, readers
from mhattn_core.text.pages import feeds_pair, first_shown, reads_pair
from mhattn_core.text.pair import fed_pair
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, history
from mhattn_core.ui.controls import CHOSEN, MODELS, MOST_MODELS, PAIR, Controls, choose_for_good
from mhattn_core.ui.evidence import choose_evidence
from mhattn_core.ui.feeding_choice import choose_feeding
from mhattn_core.ui.language import language_switch, set_language
from mhattn_core.ui.names import known_names, meet
from mhattn_core.ui.navigation import STARTED, start
from mhattn_core.ui.page import problems
from mhattn_core.ui.pair_choice import choose_pair, open_shared_sentences, pair_named, pair_text
from mhattn_core.ui.pair_of_file import pair_of_file
from mhattn_core.ui.resources import DTYPE
from mhattn_core.ui.runs.known import known_runs
from mhattn_core.ui.visit import come_back

CONTROLS = "controls"
OPENED = "opened"
OWN = "own-of-the-page"
MISSING = "missing-models"


def sidebar(page: str = "") -> Controls:
    """Draw the sidebar, unless it stands already in this run, and return what it holds. The first line of a page.

    page: its name, where it opens on models or a pair of its own (``pages.first_shown``), or reads no pair.
    """
    if not _drawn():
        if not st.session_state.get(STARTED):
            # After a cold start Streamlit runs a page without dashboard.py. Now that the pages are known, again.
            start()
            st.rerun()
        set_language()
        open_shared_sentences()
        page = page or st.session_state[STARTED]
        _open_on_the_pages_own(page)
        with st.sidebar:
            models = _models(page)
            reads = reads_pair(page)
            if not reads:
                st.caption(_("This page doesn't use the sentence pair."))
            pair, gallery_id = choose_pair(page)
            if feeds_pair(page):
                pair = fed_pair(pair, choose_feeding())
            pair_of_file()
            if said := _of_the_page(reads):
                st.caption(said)
            evidence = choose_evidence()
            _precision()
            language_switch()
            come_back()
        st.session_state[CONTROLS] = Controls(tuple(models), pair, gallery_id, evidence)
    value: Controls = st.session_state[CONTROLS]
    return value


def _drawn() -> bool:
    context = get_script_run_ctx()
    return context is not None and MODELS in context.shared.widget_user_keys_this_run


def _open_on_the_pages_own(page: str) -> None:
    """Until the reader chooses, every page opens on the models and the pair that show best what it is for; the address
    says only what was chosen.
    """
    state = st.session_state
    named = {key for key in (MODELS, PAIR) if key in st.query_params}
    if OPENED not in state:
        # A test, or a program, may have said already what is shown.
        state[CHOSEN] = state.get(CHOSEN, set()) | named | {MODELS, PAIR} & {*state}
    elif history():
        state[CHOSEN] = named
    elif state[OPENED] != page:
        state[CHOSEN] |= named
        # What the page before showed would win over a link's.
        if MODELS in named:
            state[MODELS] = st.query_params.get_all(MODELS)
        if asked := pair_named(st.query_params.get(PAIR, "")):
            state[PAIR] = asked
    elif before := state.get(OWN):
        # Whatever set it, a test or a program, meant it.
        state[CHOSEN] |= {key for key, value in before.items() if state.get(key, value) != value}
    state[OPENED], state[OWN] = page, _own_of(page)
    for key, value in state[OWN].items():
        if key not in state[CHOSEN]:
            state[key] = value


def _own_of(page: str) -> dict[str, Any]:
    """The models, of those that are offered, and the pair that the page opens on. Where the reader has chosen a pair
    that none of the models was made to read, a model that was, with its random control.
    """
    first, names = first_shown(page), _offered_models()
    models = [name for name in first.models if name in names] or names[:1]
    language = language_told(pair_text()) if reads_pair(page) and PAIR in st.session_state[CHOSEN] else ""
    if not any(can_read(name, language) for name in models):
        here = [entry.name for entry in readers(language) if entry.name in names]
        models = [
            with_control(name, control_names.RANDOM) if control else name for name in here[:1] for control in (0, 1)
        ] or models
    return {MODELS: models, PAIR: first.pair}


def _of_the_page(reads: bool) -> str:
    """What of the sidebar the page has chosen by itself. reads: whether it reads a pair."""
    chosen = st.session_state[CHOSEN]
    models, pair = MODELS not in chosen, reads and PAIR not in chosen
    if models and pair:
        return _("Models and sentences are this page's own examples. What you choose stays on every page.")
    if models:
        return _("The models are this page's own examples. What you choose stays on every page.")
    return _("The sentences are this page's own example. What you choose stays on every page.") if pair else ""


def _models(page: str) -> list[str]:
    names = _offered_models()
    asked = [name for name in st.query_params.get_all(MODELS) if name not in names] if hosted() else []
    models = st.multiselect(
        _("Models"),
        names,
        default=_own_of(page)[MODELS],
        key=MODELS,
        bind="query-params",
        on_change=choose_for_good,
        args=(MODELS,),
        max_selections=MOST_MODELS,
        accept_new_options=not hosted(),
        placeholder=_("Choose one, or type a Hub id"),
        help=prose("random_controls"),
    )
    if asked:
        st.session_state[MISSING] = asked, models
    named, instead = st.session_state.get(MISSING, ((), None))
    if named and models == instead:
        says = _("“{name}” is not offered here: this copy is shared, and takes only models of its catalogue.")
        st.warning(says.format(name=escape(listed(named))), icon=":material/link_off:")
    meet([*models, *(model for run in known_runs() for model in run.about.models)])
    if said := known_names().legend(models):
        st.caption(said)
    offer_fetch(models)
    return models or names[:1]


def _precision() -> None:
    """In which type live models hold their weights."""
    named = {name: name for name in DTYPES} | {AUTO: _("auto: as in the model’s files")}
    if choose(_("Precision of the weights"), named, key=DTYPE, persist=True, help_text=prose("dtype")) != FLOAT32:
        st.caption(prose("dtype_chosen"))


def _offered_models() -> list[str]:
    return [name + suffix for name in offered() for suffix in ("", *control_names.CONTROLS)]


def offer_fetch(models: Iterable[str]) -> None:
    """For each of ``models`` that can be fetched and is not here: a button that does, with its progress."""
    for name in dict.fromkeys(trained_name(model) for model in models):
        entry = entries().get(name)
        if entry is None or not entry.gguf or entry.path() is not None:
            continue
        if st.button(
            _("Fetch {name} ({size} MB)").format(name=name, size=entry.size_mb),
            key=f"fetch-{name}",
            icon=":material/download:",
        ):
            bar = st.progress(0.0)
            with problems():
                fetch(name, lambda doing, share, bar=bar: bar.progress(share, text=doing))  # type: ignore[misc]  # bound now
                st.rerun()
