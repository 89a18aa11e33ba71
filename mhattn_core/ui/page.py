"""What every page begins with, and how it says what went wrong."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import altair as alt
import streamlit as st
from altair.utils import schemapi

from mhattn_core.charts.on_page import on_page
from mhattn_core.charts.sent import sent
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.counts import evidence_of
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _, listed, stated
from mhattn_core.ui.names import known_names, short_text
from mhattn_core.ui.resources import loaded_names
from mhattn_core.ui.scripts import OF_EVERY_PAGE, in_browser
from mhattn_core.unforeseen import foreseen

# Checking each chart against Vega-Lite's schema takes longer than all the rest of a click; the tests do it once for
# all.
schemapi.DEBUG_MODE = False

STYLES = Path(__file__).with_name("style.css"), Path(__file__).with_name("style_dark.css")

T = TypeVar("T")


class Named(Protocol):
    """What a page knows of one model."""

    @property
    def name(self) -> str: ...


M = TypeVar("M", bound=Named)


def page(title: str, lead: str, *, reading: str = "") -> None:
    """The page's head: its title, the question that it answers, and behind a button how the page is to be read."""
    for style in STYLES if theme() == "dark" else STYLES[:1]:
        st.html(style)
    in_browser("page", OF_EVERY_PAGE)
    with st.container(horizontal=True, vertical_alignment="center", key="page-head"):
        st.title(title, anchor=False, width="content")
        st.markdown(lead)
        if reading:
            with st.popover(_("How to read this"), icon=":material/help:", type="tertiary"):
                st.markdown(reading)


def badge(pairs: int = 1) -> None:
    """How much evidence a chart rests on."""
    st.badge(
        evidence_of(pairs),
        icon=":material/visibility:",
        color="gray",
    )


def wide_and_narrow(key: str) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """Two places for the same content: one for wide screens, one for narrow; the browser shows one of them."""
    return st.container(key=f"wide-{key}"), st.container(key=f"narrow-{key}")


def two_in_a_row(things: Sequence[T]) -> Iterator[tuple[T, st.delta_generator.DeltaGenerator]]:
    """Each with its column; a new row begins after every second one."""
    for start in range(0, len(things), 2):
        yield from zip(things[start : start + 2], st.columns(2), strict=False)


def draw(chart: alt.TopLevelMixin, *, key: str, alt_text: str, **options: Any) -> None:
    """Show a chart with its text for screen readers, under short names of models."""
    st.vega_lite_chart(
        spec=drawn_on_page(known_names().chart(chart)), key=key, alt=known_names().text(alt_text), **options
    )


def drawn_on_page(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Its specification with its tables, in the reader's theme."""
    return on_page(sent(chart), theme())


def theme() -> Literal["light", "dark"]:
    """The reader's."""
    return st.context.theme.type or "light"


@contextmanager
def problems(model: str = "") -> Iterator[None]:
    """Show what goes wrong in the block, in three parts: what happened, what still stands, what to do; what follows the
    block goes on. What is merely not available is a notice.

    model: whose panel it is; what is said names it.
    """
    try:
        with foreseen(model):
            yield
    except NotAvailable as missing:
        st.info(short_text(f"{missing.happened} {missing.remedy}"))
    except Problem as problem:
        happened = problem.happened if model in problem.happened else stated(model, problem.happened)
        names = listed(loaded_names())
        stands = problem.stands or (_("Loaded: {names}.").format(names=names) if names else "")
        st.error(" ".join(escape(part) for part in (happened, stands, problem.remedy) if part), icon=":material/error:")


def of_each(models: Iterable[M], make: Callable[[M], T]) -> list[T]:
    """What is made of each model; one of which it cannot be made says why, and is left out."""
    made = []
    for model in models:
        with problems(model.name):
            made.append(make(model))
    return made
