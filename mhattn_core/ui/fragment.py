"""Parts of a page that run again without the rest of it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")


def fragment(function: Callable[P, R], *, run_every: float | None = None) -> Callable[P, R]:
    """``st.fragment`` in a container of its own, so that what follows it keeps its place. run_every: seconds.

    A fragment that begins anew right after the whole page takes back what the page has just sent of it. Without the container the browser would
    then close the gap, and draw the fragment over what comes next.
    """
    part = st.fragment(function, run_every=run_every)

    @wraps(function)
    def contained(*args: P.args, **kwargs: P.kwargs) -> R:
        with st.container():
            return part(*args, **kwargs)

    return contained
