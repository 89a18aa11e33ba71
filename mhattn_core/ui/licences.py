"""Whose models and sentences these are, and what one may do with them."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.models.catalogue import catalogue
from mhattn_core.runs.store import shipped
from mhattn_core.text.prose import prose


def licences() -> None:
    """A table of the models that go by a short name, and one of the runs that come along."""
    models = catalogue()[["name", "family", "layers", "heads", "languages", "licence", "source"]]
    st.dataframe(
        models,
        hide_index=True,
        column_config={
            "name": _("model"),
            "family": _("family"),
            "layers": _("layers"),
            "heads": _("heads"),
            "languages": _("languages"),
            "licence": _("licence"),
            "source": _("where it comes from"),
        },
    )
    runs = [saved.about for saved in shipped()]
    st.dataframe(
        {
            _("run"): [run.name for run in runs],
            _("pairs"): [run.pairs for run in runs],
            _("models"): [", ".join(run.models) for run in runs],
            _("sentences from"): [run.source or _("written for this project") for run in runs],
            _("licence"): [run.licence for run in runs],
        },
        hide_index=True,
    )
    st.caption(prose("licences"))
