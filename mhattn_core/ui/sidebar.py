"""The sidebar that all pages share: models, pair, data, and the language."""

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models import control_names
from mhattn_core.models.catalogue import offered
from mhattn_core.models.hosted import hosted
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pages import first_shown, reads_pair
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import MODELS, MOST_MODELS, PAIR, Controls
from mhattn_core.ui.evidence import choose_evidence
from mhattn_core.ui.fetch import offer_fetch
from mhattn_core.ui.language import language_switch, set_language
from mhattn_core.ui.names import known_names, meet
from mhattn_core.ui.navigation import STARTED, start
from mhattn_core.ui.runs.known import known_runs
from mhattn_core.ui.word_boundaries import CUTS, cut_of_link, with_cut

CONTROLS = "controls"
SHOWN = "pair-shown"
KEPT = "own-pair"
TAKEN = "taken"
LONGEST_TYPED = 20_000
OPENED = "opened"
CHOSEN = "chosen"
UNKNOWN = "unknown-pair"


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
        _open_shared_sentences()
        _open_on_the_pages_own(page or st.session_state[STARTED])
        with st.sidebar:
            models = _models()
            if not reads_pair(page or st.session_state[STARTED]):
                st.caption(_("This page doesn't use the sentence pair."))
            pair, gallery_id = _pair()
            evidence = choose_evidence()
            language_switch()
        st.session_state[CONTROLS] = Controls(tuple(models), pair, gallery_id, evidence)
    value: Controls = st.session_state[CONTROLS]
    return value


def _drawn() -> bool:
    context = get_script_run_ctx()
    return context is not None and MODELS in context.shared.widget_user_keys_this_run


def _open_on_the_pages_own(page: str) -> None:
    """Until the reader chooses, every page opens on the models and the pair that show best what it is for."""
    state = st.session_state
    if state.get(OPENED) == page:
        return
    if OPENED not in state:
        # Whoever opened the page, a test or a program, may have said already what it shows.
        for key in {MODELS, PAIR} & set(state):
            _chosen(key)
    state[OPENED] = page
    first = first_shown(page)
    shown = {MODELS: state.get(MODELS), PAIR: [gallery()[state[PAIR]].title] if state.get(PAIR) else None}
    for key, value in ((MODELS, list(first.models)), (PAIR, first.pair)):
        # The address still says what the page before showed by itself; anything else in it is somebody's link.
        if key in st.query_params and st.query_params.get_all(key) != shown[key]:
            _chosen(key)
            if key == MODELS and MODELS in state:
                # A link from another page names them; what was chosen there would win otherwise.
                state[MODELS] = st.query_params.get_all(MODELS)
        elif key not in state.get(CHOSEN, set()):
            state[key] = value


def _open_shared_sentences() -> None:
    """A link may bring somebody's sentences, and how they are cut; once taken, they leave the address."""
    state, address = st.session_state, st.query_params
    if "source" not in address:
        return
    take_pair(address["source"][:LONGEST_TYPED], address.get("target", "")[:LONGEST_TYPED])
    for side, typed in zip(("source", "target"), state[KEPT], strict=True):
        if f"{side}_words" in address:
            state.setdefault(CUTS, {})[typed] = cut_of_link(address[f"{side}_words"][:LONGEST_TYPED])
            del address[f"{side}_words"]
        if side in address:
            del address[side]


def _chosen(key: str) -> None:
    """From now on the choice is the reader's, and goes with them from page to page."""
    st.session_state.setdefault(CHOSEN, set()).add(key)
    if key == PAIR:
        st.session_state.pop(UNKNOWN, None)


def _models() -> list[str]:
    names = [name + suffix for name in offered() for suffix in ("", *control_names.CONTROLS)]
    models = st.multiselect(
        _("Models"),
        names,
        key=MODELS,
        bind="query-params",
        on_change=_chosen,
        args=(MODELS,),
        max_selections=MOST_MODELS,
        accept_new_options=not hosted(),
        placeholder=_("Choose one, or type a Hub id"),
        help=prose("random_controls"),
    )
    meet([*models, *(model for run in known_runs() for model in run.about.models)])
    if said := known_names().legend(models):
        st.caption(said)
    offer_fetch(models)
    return models or names[:1]


def _pair() -> tuple[SentencePair, str]:
    state = st.session_state
    offered = gallery()
    asked = st.query_params.get(PAIR)
    if asked and asked not in {given.title for given in offered.values()}:
        state[UNKNOWN] = asked
    if state.pop(TAKEN, False):
        state[PAIR] = None
    if PAIR not in state and PAIR not in st.query_params:
        state[PAIR] = state.get(SHOWN)
    chosen = st.selectbox(
        _("Sentence pair"),
        list(offered),
        index=None,
        format_func=lambda id_: offered[id_].title,
        placeholder=_("My own"),
        key=PAIR,
        bind="query-params",
        on_change=_chosen,
        args=(PAIR,),
        help=_("Clear the choice to come back to the sentences that you typed."),
    )
    if UNKNOWN in state:
        st.warning(
            _("The link names a pair “{name}”, which is not offered here. Choose one above, or type your own.").format(
                name=escape(state[UNKNOWN])
            )
        )
    if not chosen and KEPT not in state:
        chosen = next(iter(offered))  # nothing typed yet, so there is nothing of one's own to come back to
    if "source" not in state or state[SHOWN] != chosen:
        state[SHOWN] = chosen
        state["source"], state["target"] = _texts(chosen) if chosen else state[KEPT]
    st.text_area(
        _("First sentence"), key="source", height=68, on_change=_typed, persist_state="session", max_chars=LONGEST_TYPED
    )
    st.text_area(
        _("Second sentence (may be empty)"),
        key="target",
        height=68,
        on_change=_typed,
        persist_state="session",
        max_chars=LONGEST_TYPED,
    )
    if left := _left_of(state["source"], state["target"]):
        st.caption(_("One of the two is still that of “{title}”.").format(title=left))
    given = offered[chosen].pair if chosen else SentencePair("")
    cuts = state.setdefault(CUTS, {})
    pair = SentencePair(
        state["source"],
        state["target"],
        cuts.get(state["source"], given.source_words),
        cuts.get(state["target"], given.target_words),
    )
    pair = with_cut(pair)
    if not pair.a:
        st.info(_("Type a sentence above; until then you see an example."))
        example = next(iter(offered))
        return offered[example].pair, example
    return pair, chosen or ""


def _texts(gallery_id: str) -> tuple[str, str]:
    pair = gallery()[gallery_id].pair
    return pair.source, pair.target


def _left_of(source: str, target: str) -> str:
    """The title of the offered pair of which a reader replaced one sentence only; empty where there is none."""
    halves = [
        given.title
        for given in gallery().values()
        if source and target and given.pair.target and (source == given.pair.source) != (target == given.pair.target)
    ]
    return halves[0] if halves and (source, target) not in {_texts(id_) for id_ in gallery()} else ""


def _typed() -> None:
    """What a person types is theirs: kept when they look at the gallery in between."""
    state = st.session_state
    _chosen(PAIR)
    state[KEPT] = (state["source"], state["target"])
    state[PAIR] = state[SHOWN] = None


def take_pair(first: str, second: str) -> None:
    """Make sentences typed on a page the pair of the sidebar, from the next run on."""
    _chosen(PAIR)
    st.session_state[KEPT] = (first, second)
    st.session_state[TAKEN] = True
    st.session_state[SHOWN] = TAKEN  # another pair of one's own may be shown now: these sentences replace it


def take_models(names: Sequence[str]) -> None:
    """Make these the models of the sidebar, as if the reader had chosen them; in a callback only."""
    _chosen(MODELS)
    st.session_state[MODELS] = list(names)
