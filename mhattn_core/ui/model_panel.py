"""What a model of the sidebar saw, with a bar while it is downloaded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models.progress import reporting
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label
from mhattn_core.ui.resources import attended

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def attended_with_progress(name: str, controls: Controls) -> "AttentionResult":
    """What the model sees, with a bar while it is downloaded. Stop, or another choice, cancels: Streamlit ends the run
    at the bar.
    """
    with loading(name, st.empty(), among=controls.models):
        return attended(name, controls.pair)


@contextmanager
def loading(name: str, bar: DeltaGenerator, *, among: Sequence[str] = ()) -> Iterator[None]:
    """A spinner around what loads a model and lets it read, and in ``bar`` how far it is downloaded. among: the models
    that are loaded one after the other.
    """

    def report(file: str, share: float) -> None:
        text = _("Downloading {name}: {file}. Stop cancels; what is here already is kept.").format(name=name, file=file)
        bar.progress(share, text=escape(text))

    of_many = len(among) > 1 and name in among
    says = (
        _("Loading {name}, model {number} of {all}: its weights, then one pass over the text …")
        if of_many
        else _("Loading {name}: its weights, then one pass over the text …")
    )
    number = among.index(name) + 1 if of_many else 1
    with st.spinner(says.format(name=model_label(name), number=number, all=len(among))), reporting(report):
        yield
    bar.empty()
