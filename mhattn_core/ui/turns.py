"""Slow work waits here, so that what is quick stays quick for everybody who uses this copy."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.ui.visit import visitor
from mhattn_core.visitors.rate import Rate
from mhattn_core.visitors.turns import Turns

P = ParamSpec("P")
Made = TypeVar("Made")
CORES_EACH = 2
"""Cores that slow work has for itself, since one network keeps that many busy."""


RESULTS, SECONDS = 120, 60
"""How many results that have to be computed one visitor of a shared copy may ask for in how long."""


@st.cache_resource
def _rate() -> Rate:
    return Rate(RESULTS if hosted() else float("inf"), SECONDS)


@st.cache_resource
def _turns() -> Turns:
    return Turns(max(1, (os.cpu_count() or 1) // CORES_EACH))


def turn(bar: DeltaGenerator, text: str) -> AbstractContextManager[None]:
    """A turn of this visitor's. Meanwhile ``bar`` says what waits, and for how many; Stop or another choice ends it."""
    _rate().take(visitor())
    return _turns().taken(visitor(), lambda before: bar.progress(0.0, text=f"{text} {_place(before)}"))


def counted(make: Callable[P, Made]) -> Callable[P, Made]:
    """For what Streamlit's caches keep and is made quickly: raises Problem when a visitor asks for too much."""

    @wraps(make)
    def counts(*args: P.args, **kwargs: P.kwargs) -> Made:
        _rate().take(visitor())
        return make(*args, **kwargs)

    return counts


def in_turn(make: Callable[P, Made]) -> Callable[P, Made]:
    """For what Streamlit's caches keep: what is not there yet is made when it is this visitor's turn."""

    @wraps(make)
    @counted
    def waits(*args: P.args, **kwargs: P.kwargs) -> Made:
        # Whoever reads the session's state lets Streamlit end a run that nobody waits for.
        with _turns().taken(visitor(), lambda _before: visitor()):
            return make(*args, **kwargs)

    return waits


def _place(before: int) -> str:
    if before == 0:
        return _("Waiting for another visitor's work.")
    return _("Waiting for other visitors' work: {number} come first.").format(number=before + 1)
