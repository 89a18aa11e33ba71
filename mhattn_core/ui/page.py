"""What every page begins with, and how it says what went wrong."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import altair as alt
import streamlit as st
from altair.utils import schemapi

from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.ui.keyboard import charts_by_keyboard
from mhattn_core.ui.names import known_names, short_text
from mhattn_core.ui.resources import loaded_names
from mhattn_core.ui.scripts import ONE_ENTRY_A_PAGE, in_browser
from mhattn_core.unforeseen import foreseen

# Checking each chart against Vega-Lite's schema takes longer than all the rest of a click; the tests do it once for
# all.
schemapi.DEBUG_MODE = False

# What holds nothing, such as the panel below tabs that only open_tab reads, takes no room.
# Streamlit's own CSV writes cells that a spreadsheet would run as formulas; the Download beside a picture does not.
# Below this width a matrix is read one row at a time and a grid becomes a list.
STYLE = """<style>
[class*="st-key-narrow"] { display: none; }
@media (max-width: 600px) {
  [class*="st-key-narrow"] { display: flex; }
  [class*="st-key-wide"] { display: none; }
}
[data-testid="stMainBlockContainer"] { padding: 4rem clamp(1rem, 3.5vw, 4rem) 3rem; }
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] { gap: .7rem; }
[data-testid="stMainBlockContainer"] h1 { font-size: 28px; padding: 0; }
:is([data-testid="stTabPanel"], [data-testid="stHorizontalBlock"]):not(:has([data-testid="stElementContainer"], [data-testid="stPopover"])) { display: none; }
[data-testid="stCaptionContainer"] { color: inherit; opacity: .78; }
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-keyboard, [class*="st-key-script-"])) { display: none; }
[data-testid="stVegaLiteChart"]:focus-visible { outline: 2px solid #8c8c8c; outline-offset: 2px; }
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as CSV"]) { display: none; }
.mh-chips { max-height: 11rem; overflow-y: auto; }
.mh-chip { display: inline-block; margin: 2px; padding: 1px 7px; border-radius: 9px; border: 1px solid rgba(128,128,128,.5); font-size: .85rem; }
.mh-unknown { background: repeating-linear-gradient(45deg, transparent 0 4px, rgba(128,128,128,.45) 4px 6px); }
</style>"""

T = TypeVar("T")


class Named(Protocol):
    """What a page knows of one model."""

    @property
    def name(self) -> str: ...


M = TypeVar("M", bound=Named)


def page(title: str, lead: str, *, reading: str = "") -> None:
    """The page's head: its title, behind a button how the page is to be read, and the question that it answers."""
    st.html(STYLE)
    charts_by_keyboard()
    in_browser("history", ONE_ENTRY_A_PAGE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        if reading:
            with st.popover(_("How to read this"), icon=":material/help:", type="tertiary"):
                st.markdown(reading)
    st.markdown(lead)


def badge(pairs: int = 1) -> None:
    """How much evidence a chart rests on."""
    st.badge(
        _("1 pair: an example") if pairs == 1 else _("{pairs} pairs").format(pairs=f"{pairs:,}"),
        icon=":material/visibility:",
        color="gray",
    )


def wide_and_narrow(key: str) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """Two places for the same content: one for wide screens, one for narrow; the browser shows one of them."""
    return st.container(key=f"wide-{key}"), st.container(key=f"narrow-{key}")


def draw(chart: alt.TopLevelMixin, *, key: str, alt_text: str, **options: Any) -> None:
    """Show a chart with its text for screen readers, under short names of models."""
    st.vega_lite_chart(
        spec=known_names().chart(chart).to_dict(validate=False), key=key, alt=known_names().text(alt_text), **options
    )


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
        happened = problem.happened if model in problem.happened else f"{model}: {problem.happened}"
        names = ", ".join(loaded_names())
        stands = problem.stands or (_("Loaded: {names}.").format(names=names) if names else "")
        st.error(" ".join(escape(part) for part in (happened, stands, problem.remedy) if part), icon=":material/error:")


def of_each(models: Iterable[M], make: Callable[[M], T]) -> list[T]:
    """What is made of each model; one of which it cannot be made says why, and is left out."""
    made = []
    for model in models:
        with problems(model.name):
            made.append(make(model))
    return made
