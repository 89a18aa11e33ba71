"""The menu of pages, and links to them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from mhattn_core.text.pages import entries, page_title
from mhattn_core.ui.language import set_language

STARTED = "started"
OPENS = "Overview"
PAGES = Path(__file__).parents[2] / "pages"


def page_file(name: str) -> Path:
    """The script of a page."""
    return PAGES / f"{name.lower().replace(' ', '_')}.py"


def start() -> Any:
    """Begin a run of the dashboard: language, layout, the menu across the top. ``run()`` of the result runs the
    page.
    """
    st.set_page_config(page_title="mhattn", page_icon=":material/grid_on:", layout="wide")
    _heed_secrets()
    set_language()
    menus: dict[str, list[Any]] = {}
    pages = []
    for entry in entries():
        page = st.Page(
            page_file(entry.name),
            title=entry.title,
            default=entry.name == OPENS,
            url_path="opens" if entry.name == OPENS else None,
            visibility="visible" if entry.listed else "hidden",
        )
        pages.append((page, entry.name))
        menus.setdefault(entry.menu, []).append(page)
    typed = st.Page(_open_first, url_path=page_file(OPENS).stem, visibility="hidden")
    menus[""].append(typed)
    page = st.navigation(menus, position="top")
    if page == typed:
        _open_first()
    if "chapter" in st.query_params and page == pages[0][0]:
        # The note was the first page once, and links to its chapters are about.
        _switch("Home")
    st.session_state[STARTED] = next(name for other, name in pages if other == page)
    return page


def _heed_secrets() -> None:
    """Streamlit hands texts and numbers of its secrets on to the environment, but no ``true``; a copy that is meant for
    everybody would not know.
    """
    if st.secrets.load_if_toml_exists() and st.secrets.get("MHATTN_HOSTED") is True:
        os.environ["MHATTN_HOSTED"] = "true"


def _open_first() -> None:
    """The page that opens has the dashboard's own address: who types its name is led there."""
    _switch(OPENS)


def _switch(name: str) -> None:
    """Open another page with the same settings."""
    address = st.query_params
    st.switch_page(page_file(name), query_params={key: address.get_all(key) for key in address})


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
