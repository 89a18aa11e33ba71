"""The pages of the dashboard, and links to them."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from mhattn_core.locale import _
from mhattn_core.ui.language import set_language

STARTED = "started"
PAGES = Path(__file__).parents[2] / "pages"


def _groups() -> dict[str, list[tuple[str, str, str]]]:
    """Group → pages as (name, title, icon). A page's file is its name in small letters."""
    return {
        _("Start"): [("Home", _("Home"), ":material/home:")],
        _("One pair"): [
            ("Attention", _("Attention"), ":material/grid_on:"),
            ("Inside a head", _("Inside a head"), ":material/troubleshoot:"),
            ("Fusion", _("Fusion"), ":material/merge:"),
            ("Translation", _("Translation"), ":material/translate:"),
            ("Summarisation", _("Summarisation"), ":material/summarize:"),
        ],
        _("Many pairs"): [
            ("Runs", _("Runs"), ":material/dataset:"),
            ("Head roles", _("Head roles"), ":material/badge:"),
            ("Redundancy", _("Redundancy"), ":material/content_copy:"),
            ("Fault tolerance", _("Fault tolerance"), ":material/healing:"),
        ],
        _("Across models"): [("Compare models", _("Compare models"), ":material/compare_arrows:")],
        _("Reference"): [("Methods", _("Methods"), ":material/functions:")],
    }


def page_file(name: str) -> Path:
    """The script of a page."""
    return PAGES / f"{name.lower().replace(' ', '_')}.py"


def page_title(name: str) -> str:
    """A page's name in the reader's language."""
    titles = {
        "Home": _("Home"),
        "Attention": _("Attention"),
        "Inside a head": _("Inside a head"),
        "Fusion": _("Fusion"),
        "Translation": _("Translation"),
        "Summarisation": _("Summarisation"),
        "Runs": _("Runs"),
        "Head roles": _("Head roles"),
        "Redundancy": _("Redundancy"),
        "Fault tolerance": _("Fault tolerance"),
        "Compare models": _("Compare models"),
        "Methods": _("Methods"),
    }
    return titles[name]


@dataclass(frozen=True)
class First:
    """What a page shows before the reader has chosen anything: names of models, and a pair of the gallery."""

    models: tuple[str, ...] = ("minilm", "minilm@random")
    pair: str = "cat-mat"


FIRST = {
    "Translation": First(("marian-en-zh", "marian-zh-en"), "love-nlp"),
    "Summarisation": First(("smollm2",)),
    "Head roles": First(("minilm", "smollm2")),
    "Fusion": First(pair="fox"),
    "Redundancy": First(pair="keys"),
    "Compare models": First(("minilm", "minilm@random", "minilm@shuffled")),
    "Fault tolerance": First(("marian-zh-en", "marian-en-zh", "minilm"), "library"),
}


def first_shown(page: str) -> First:
    """What a page opens on."""
    return FIRST.get(page, First())


def reads_pair(page: str) -> bool:
    """Whether a page shows anything of the pair in the sidebar; the others read documents, files or nothing."""
    return page not in {"Summarisation", "Runs", "Methods"}


def start() -> Any:
    """Begin a run of the dashboard: language, layout, the menu of pages. ``run()`` of the result runs the chosen one."""
    st.set_page_config(page_title="mhattn", page_icon=":material/grid_on:", layout="wide")
    set_language()
    pages = {
        group: {
            name: st.Page(page_file(name), title=title, icon=icon, default=name == "Home")
            for name, title, icon in named
        }
        for group, named in _groups().items()
    }
    page = st.navigation({group: list(named.values()) for group, named in pages.items()})
    st.session_state[STARTED] = next(name for named in pages.values() for name, other in named.items() if other == page)
    return page


def link(name: str, label: str, **settings: str | list[str]) -> None:
    """A link to a page with its settings, such as ``pair="fox"`` or ``head="L2 H0"``."""
    # A page that is run by itself knows no other.
    with suppress(StreamlitPageNotFoundError):
        st.page_link(page_file(name), label=label, icon=":material/arrow_forward:", query_params=settings)
