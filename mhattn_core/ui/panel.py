"""Parts of a page that run again without the rest of it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from mhattn_core.ui.language import keep_language
from mhattn_core.ui.page import problems

P = ParamSpec("P")


def panel(function: Callable[P, object], *, run_every: float | None = None) -> Callable[P, None]:
    """A part of a page that a click redraws without the rest: in the reader's language, and what goes wrong in it is
    said there. run_every: seconds.

    It is ``st.fragment`` in a container of its own, so that what follows keeps its place. A fragment that begins anew
    right after the whole page takes back what the page has just sent of it. Without the container the browser would
    then close the gap, and draw the fragment over what comes next.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        keep_language()
        with problems():
            function(*args, **kwargs)

    part = st.fragment(guarded, run_every=run_every)

    @wraps(function)
    def contained(*args: P.args, **kwargs: P.kwargs) -> None:
        with st.container():
            part(*args, **kwargs)

    return contained
