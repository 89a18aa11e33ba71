"""Choices that stand in the address, so that a link opens the same view in any language.

What has one name in every language (heads, stacks) is bound to the address by Streamlit; see
``choose_or_leave``. Streamlit would write the label of anything else, so ``choose`` and ``open_tab`` write its name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _, current_language

T = TypeVar("T")
AUTOMATIC = "auto"
"""In an address: what the page itself chooses."""


def choose_or_leave(
    label: str,
    offered: Sequence[str] | Mapping[str, str],
    automatic: str,
    *,
    key: str,
    persist: bool = False,
    help_text: str | None = None,
) -> str | None:
    """One of ``offered`` (names, or names and how they are shown), or None for the page's own choice, which
    ``automatic`` says.

    key: of the state, and the parameter of the address. What is not offered, such as a head of another model, gives
    way. persist: whether it lasts while other pages, or other tabs, are open.
    """
    if st.session_state.get(key, AUTOMATIC) not in (AUTOMATIC, *offered):
        st.session_state[key] = AUTOMATIC
    shown = offered if isinstance(offered, Mapping) else {name: name for name in offered}
    labels = {AUTOMATIC: automatic, **shown}
    relabel(key, labels)
    _remember_missing(key, shown)
    chosen = st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        bind="query-params",
        persist_state="session" if persist else None,
        help=help_text,
    )
    if chosen != AUTOMATIC:
        st.session_state.pop(_missing(key), None)
        return str(chosen)
    say_missing(st.session_state.get(_missing(key), [""])[0], automatic)
    return None


def choose(
    label: str,
    labels: Mapping[str, str],
    *,
    key: str,
    default: str | None = None,
    pills: bool = False,
    persist: bool = False,
    bare: bool = False,
    help_text: str | None = None,
) -> str:
    """A name of ``labels`` (name → what the reader sees): the one in the address where it is offered, else ``default``.

    default: the first, unless given; it may change, and what was not chosen by anybody changes with it. key: of the
    state, and the parameter of the address. pills: side by side instead of a list. persist: as for ``choose_or_leave``.
    bare: the label is for screen readers only.
    """
    asked = st.query_params.get(key) or (st.session_state.get(_chosen(key), "") if persist else "")
    st.session_state[key] = asked if asked in labels else default or next(iter(labels))
    if persist and asked in labels:
        st.session_state[_chosen(key)] = asked
        hold(key, asked)
    about: dict[str, Any] = {"format_func": labels.__getitem__, "key": key, "help": help_text}
    about["label_visibility"] = "collapsed" if bare else "visible"
    if pills:
        # A click on the open choice would leave none.
        st.segmented_control(label, list(labels), required=True, on_change=_write, args=(key,), **about)
    else:
        st.selectbox(label, list(labels), on_change=_write, args=(key,), **about)
    named = st.query_params.get(key, "")
    say_missing(named if named not in labels else "", labels[st.session_state[key]])
    return str(st.session_state[key])


def say_missing(named: str, shown: str) -> None:
    """What the address names and is not here, empty for nothing, is not replaced in silence. shown: in its place."""
    if named:
        message = _(
            "The address names “{name}”, which these models, data and sentence do not have. Chosen instead: “{shown}”."
        )
        st.warning(message.format(name=escape(named), shown=escape(shown)), icon=":material/link_off:")


def _remember_missing(key: str, offered: Mapping[str, str]) -> None:
    """Streamlit takes out of the address what a bound box does not offer; what was asked for is known until another
    page, or other options.
    """
    state, context = st.session_state, get_script_run_ctx()
    here = context and context.page_script_hash, tuple(offered)
    named = st.query_params.get(key, "")
    if named and named not in offered.values():
        state[_missing(key)] = named, here
    elif state.get(_missing(key), (named, here))[1] != here:
        del state[_missing(key)]


def _missing(key: str) -> str:
    return f"missing-{key}"


def hold(key: str, name: str) -> None:
    """Let the address say it, which forgets at a change of pages what no widget of the sidebar is bound to."""
    if st.query_params.get(key) != name:
        st.query_params[key] = name


def history() -> bool:
    """Whether Back or Forward led here: then the address is right, and what the session remembers is not."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def put(key: str, name: str) -> None:
    """Choose without the widget of ``choose``: what a click in a chart does."""
    st.session_state[key] = st.session_state[_chosen(key)] = st.query_params[key] = name


def forget_when_changed(labels: object, *keys: str) -> None:
    """Take choices back when what they are chosen from is no longer called ``labels``: a place in one sentence means
    nothing in another.
    """
    of = f"{keys[0]}-of"
    if st.session_state.get(of, labels) != labels:
        forget(*keys)
    st.session_state[of] = labels


def forget(*keys: str) -> None:
    """Take choices back: from the widgets, from what outlasts them, and from the address."""
    for key in keys:
        st.session_state.pop(key, None)
        st.session_state.pop(_chosen(key), None)
        if key in st.query_params:
            del st.query_params[key]


def open_tab(labels: Mapping[str, str], *, key: str = "tab", default: str = "") -> str:
    """Draw tabs, name → label in the reader's language, and return the name of the open one, which alone is computed:
    what is drawn next belongs to it.

    key: the parameter of the address. default: opened where the address names none; the first, unless given.
    """
    names = {label: name for name, label in labels.items()}
    state = f"{key}-{current_language()}"
    if state not in st.session_state:
        st.session_state[state] = labels.get(st.query_params.get(key, default), next(iter(names)))

    def write() -> None:
        st.query_params[key] = names[st.session_state[state]]

    st.tabs(list(names), key=state, on_change=write)
    return names[st.session_state[state]]


def show_tab(views: Mapping[str, tuple[str, Callable[[], T]]], *, key: str = "tab") -> T:
    """Tabs, name → label and what draws it; what drawing the open one gives."""
    _label, draw = views[open_tab({name: label for name, (label, _draw) in views.items()}, key=key)]
    return draw()


def _write(key: str) -> None:
    put(key, st.session_state[key])


def _chosen(key: str) -> str:
    """Where a choice is remembered while its widget is not drawn: Streamlit forgets the widget's own state."""
    return f"chosen-{key}"


def relabel(key: str, labels: Mapping[str, str]) -> None:
    """Before a box whose options are called something else than at its last run: a browser shows the old label until
    the value is set anew.
    """
    state = st.session_state
    if key in state and state.get(f"{key}-labels", labels) != labels:
        state[key] = state[key]
    state[f"{key}-labels"] = labels
