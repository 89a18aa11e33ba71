"""A button for a model that is chosen but has not been fetched yet."""

from collections.abc import Iterable

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.fetch import fetch
from mhattn_core.ui.page import problems


def offer_fetch(models: Iterable[str]) -> None:
    """For each of ``models`` that can be fetched and is not here: a button that does, with its progress."""
    for name in dict.fromkeys(trained_name(model) for model in models):
        entry = entries().get(name)
        if entry is None or not entry.gguf or entry.path() is not None:
            continue
        if st.button(
            _("Fetch {name} ({size} MB)").format(name=name, size=entry.size_mb),
            key=f"fetch-{name}",
            icon=":material/download:",
        ):
            bar = st.progress(0.0)
            with problems():
                fetch(name, lambda doing, share, bar=bar: bar.progress(share, text=doing))  # type: ignore[misc]  # bound now
                st.rerun()
