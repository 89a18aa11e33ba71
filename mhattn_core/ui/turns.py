"""Slow work waits here, so that what is quick stays quick for everybody who uses this copy."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.locale import _
from mhattn_core.runs.turns import Turns
from mhattn_core.ui.visit import visitor

P = ParamSpec("P")
Made = TypeVar("Made")
CORES_EACH = 2
"""Cores that slow work has for itself, since one network keeps that many busy."""


@st.cache_resource
def _turns() -> Turns:
    return Turns(max(1, (os.cpu_count() or 1) // CORES_EACH))


def turn(bar: DeltaGenerator, text: str) -> AbstractContextManager[None]:
    """A turn of this visitor's. Meanwhile ``bar`` says what waits, and for how many; Stop or another choice ends it."""
    return _turns().taken(visitor(), lambda before: bar.progress(0.0, text=f"{text} {_place(before)}"))


def in_turn(make: Callable[P, Made]) -> Callable[P, Made]:
    """For what Streamlit's caches keep: what is not there yet is made when it is this visitor's turn."""

    @wraps(make)
    def waits(*args: P.args, **kwargs: P.kwargs) -> Made:
        # Whoever reads the session's state lets Streamlit end a run that nobody waits for.
        with _turns().taken(visitor(), lambda _before: visitor()):
            return make(*args, **kwargs)

    return waits


def _place(before: int) -> str:
    if before == 0:
        return _("It waits for another visitor's work.")
    return _("It waits for other visitors' work: {number} come first.").format(number=before + 1)
