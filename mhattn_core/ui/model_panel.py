"""What a model of the sidebar saw, with a bar while it is downloaded."""

from collections.abc import Iterator
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
    with loading(name, st.empty()):
        return attended(name, controls.pair)


@contextmanager
def loading(name: str, bar: DeltaGenerator) -> Iterator[None]:
    """A spinner around what loads a model, and in ``bar`` how far it is downloaded."""

    def report(file: str, share: float) -> None:
        text = _("Downloading {name}: {file}. Stop cancels; what is here already is kept.").format(name=name, file=file)
        bar.progress(share, text=escape(text))

    with st.spinner(_("Loading {name} …").format(name=model_label(name))), reporting(report):
        yield
    bar.empty()
