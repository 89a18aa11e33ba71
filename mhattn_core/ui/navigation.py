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


@dataclass(frozen=True)
class Entry:
    """A page in the menu. name: in English, which names its file; title: in the reader's language.

    menu: the drop-down that it stands in, empty for one of its own; listed: whether the menu has it, or only links lead
    to it.
    """

    name: str
    title: str
    menu: str = ""
    listed: bool = True


def _entries() -> list[Entry]:
    """All pages in the order of the menu."""
    tasks, learn = _("Tasks"), _("Learn")
    return [
        Entry("Overview", _("Overview")),
        Entry("Head", _("One head beside another"), listed=False),
        Entry("Attention", _("Attention")),
        Entry("Inside a head", _("Inside a head"), listed=False),
        Entry("Fusion", _("Head contributions"), listed=False),
        Entry("Head roles", _("Specialisation")),
        Entry("Redundancy", _("Redundancy")),
        Entry("Fault tolerance", _("Ablation")),
        Entry("Compare models", _("Compare")),
        Entry("Translation", _("Translation"), tasks),
        Entry("Summarisation", _("Summarisation"), tasks),
        Entry("Runs", _("Data")),
        Entry("Home", _("The note in six chapters"), learn),
        Entry("Methods", _("Methods"), learn),
    ]


def page_file(name: str) -> Path:
    """The script of a page."""
    return PAGES / f"{name.lower().replace(' ', '_')}.py"


def page_title(name: str) -> str:
    """A page's name in the reader's language. Raises KeyError for a page that there is not."""
    return {entry.name: entry.title for entry in _entries()}[name]


@dataclass(frozen=True)
class First:
    """What a page shows before the reader has chosen anything: names of models, and a pair of the gallery."""

    models: tuple[str, ...] = ("minilm", "minilm@random")
    pair: str = "cat-mat"


FIRST = {
    "Overview": First(("minilm", "smollm2")),
    "Translation": First(("marian-en-zh", "marian-zh-en"), "love-nlp"),
    "Summarisation": First(("smollm2",)),
    "Head": First(("minilm", "smollm2")),
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
    return page not in {"Overview", "Summarisation", "Runs", "Methods"}


def start() -> Any:
    """Begin a run of the dashboard: language, layout, the menu across the top. ``run()`` of the result runs the
    page.
    """
    st.set_page_config(page_title="mhattn", page_icon=":material/grid_on:", layout="wide")
    set_language()
    menus: dict[str, list[Any]] = {}
    pages = []
    for entry in _entries():
        page = st.Page(
            page_file(entry.name),
            title=entry.title,
            default=entry.name == "Overview",
            visibility="visible" if entry.listed else "hidden",
        )
        pages.append((page, entry.name))
        menus.setdefault(entry.menu, []).append(page)
    page = st.navigation(menus, position="top")
    if "chapter" in st.query_params and page == pages[0][0]:
        # The note was the first page once, and links to its chapters are about.
        st.switch_page(page_file("Home"), query_params=dict(st.query_params))
    st.session_state[STARTED] = next(name for other, name in pages if other == page)
    return page


def head_views() -> None:
    """Links between the pages that show one head: the menu has one of them."""
    with st.container(horizontal=True, key="head-views"):
        for name in ("Attention", "Inside a head", "Fusion", "Head"):
            # A page that is run by itself knows no other.
            with suppress(StreamlitPageNotFoundError):
                st.page_link(page_file(name), label=page_title(name))


def link(name: str, label: str, **settings: str | list[str]) -> None:
    """A link to a page with its settings, such as ``pair="fox"`` or ``head="L2 H0"``."""
    # A page that is run by itself knows no other.
    with suppress(StreamlitPageNotFoundError):
        st.page_link(page_file(name), label=label, icon=":material/arrow_forward:", query_params=settings)
