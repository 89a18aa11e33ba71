"""The pair of the sidebar: the gallery's, or the visitor's own, which stay in the list."""

from typing import Any

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.text.cut_in_link import cut_of_link
from mhattn_core.text.gallery import gallery, half_replaced
from mhattn_core.text.marks import read_marks, without_marks
from mhattn_core.text.pages import first_shown
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import relabel
from mhattn_core.ui.controls import PAIR, choose_for_good
from mhattn_core.ui.page import problems
from mhattn_core.ui.visit import visit
from mhattn_core.ui.word_boundaries import with_cut

SHOWN = "pair-shown"
OWN, NEW = "own-", "new"
NEXT = "pair-next"
LONGEST_TYPED = 20_000
UNKNOWN = "unknown-pair"


def choose_pair(page: str) -> tuple[SentencePair, str]:
    """The pair, and its name in the gallery, empty for one's own. page: whose pair stands first."""
    state = st.session_state
    labels = _pair_labels()
    asked = st.query_params.get(PAIR)
    if asked and asked not in labels.values():
        state[UNKNOWN] = asked
    if NEXT in state:
        state[PAIR], state[SHOWN] = state.pop(NEXT), ""
    relabel(PAIR, labels)
    chosen = st.selectbox(
        _("Sentence pair"),
        list(labels),
        index=list(labels).index(first_shown(page).pair),
        format_func=labels.__getitem__,
        key=PAIR,
        bind="query-params",
        on_change=_choose,
        help=_("Sentences that you type below stay in this list."),
    )
    if UNKNOWN in state:
        st.warning(
            _("The link names a pair “{name}”, which is not offered here. Choose one above, or type your own.").format(
                name=escape(state[UNKNOWN])
            )
        )
    if "source" not in state or state.get(SHOWN) != chosen:
        state[SHOWN] = chosen
        given = _given(chosen)
        state["source"], state["target"] = given.source, given.target
    for side, label in (("source", _("First sentence")), ("target", _("Second sentence (may be empty)"))):
        about: dict[str, Any] = {"on_change": _typed, "persist_state": "session", "help": prose("marks")}
        st.text_area(label, key=side, height=68, max_chars=LONGEST_TYPED, **about)
    if left := half_replaced(state["source"], state["target"]):
        st.caption(_("One of the two is still that of “{title}”.").format(title=left))
    given = _given(chosen)
    pair = SentencePair(state["source"], state["target"], given.source_words, given.target_words)
    with problems():
        pair = read_marks(pair, visit().cuts)
    pair = with_cut(pair)
    if not pair.a:
        st.info(_("Type a sentence above; until then you see an example."))
        example = next(iter(gallery()))
        return gallery()[example].pair, example
    return pair, chosen if chosen in gallery() else ""


def _choose() -> None:
    choose_for_good(PAIR)
    st.session_state.pop(UNKNOWN, None)


def _pair_labels() -> dict[str, str]:
    """Names of all pairs that can be chosen, and what they are called: the gallery's, then the visitor's own.

    The address has what they are called, so one's own are numbered there, and nothing of them is said.
    """
    own = {_own(number): _("My own {number}").format(number=number) for number in visit().pairs}
    return {NEW: _("New sentences of my own")} | {id_: given.title for id_, given in gallery().items()} | own


def pair_named(label: str) -> str:
    """The pair that is called so; empty where none is."""
    return next((name for name, called in _pair_labels().items() if called == label), "")


def pair_text() -> str:
    """The first sentence of the chosen pair, before the box is drawn."""
    state = st.session_state
    name = state.get(NEXT) or state.get(PAIR) or pair_named(st.query_params.get(PAIR, ""))
    return _given(name).source


def _own(number: int) -> str:
    return f"{OWN}{number}"


def _number(name: str) -> int:
    """Of one's own pair; 0 for any other."""
    return int(name.removeprefix(OWN)) if name.startswith(OWN) else 0


def _given(name: str) -> SentencePair:
    """The pair of this name; an empty one for new sentences."""
    if name in gallery():
        return gallery()[name].pair
    return visit().pairs.get(_number(name), SentencePair(""))


def _typed() -> None:
    """What a person types is theirs, and stays in the list: under the number of their pair that they changed, else
    under one of its own.
    """
    state = st.session_state
    _choose()
    pair = SentencePair(state["source"], state["target"])
    typed = pair.source.strip() or pair.target.strip()
    name = _own(visit().keep_pair(pair, instead_of=_number(state[SHOWN]))) if typed else NEW
    state[PAIR] = state[SHOWN] = name


def take_pair(pair: SentencePair) -> None:
    """Make it the pair of the sidebar, from the next run on, and one of the visitor's own."""
    _choose()
    words = ((pair.source, pair.source_words), (pair.target, pair.target_words))
    visit().cuts.update({without_marks(text)[0]: cut for text, cut in words if cut})
    st.session_state[NEXT] = _own(visit().keep_pair(SentencePair(pair.source, pair.target)))


def open_shared_sentences() -> None:
    """A link may bring somebody's sentences, and their words; once taken, they leave the address."""
    address = st.query_params
    if "source" not in address:
        return
    typed = {side: address.get(side, "")[:LONGEST_TYPED] for side in ("source", "target")}
    words = {side: address.get(f"{side}_words", "")[:LONGEST_TYPED] for side in typed}
    first, second = (cut_of_link(cut) if cut else () for cut in words.values())
    take_pair(SentencePair(typed["source"], typed["target"], first, second))
    for name in [*typed, *(f"{side}_words" for side in typed)]:
        if name in address:
            del address[name]
