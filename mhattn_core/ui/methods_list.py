"""What the page Methods lists: definitions, and the licences of models and sentences."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import Family, Quantity, families
from mhattn_core.models.catalogue import catalogue
from mhattn_core.runs.store import shipped
from mhattn_core.text.methods import Method, after
from mhattn_core.text.pages import page_title
from mhattn_core.text.prose import prose


def methods_list(shown: Sequence[Method]) -> None:
    """Each method with its sentence, formula, pages and sources; a heading each, so that a link can lead to it."""
    for method in shown:
        st.subheader(method.name, anchor=method.id)
        st.markdown(method.says)
        if method.formula:
            st.latex(method.formula)
        st.caption(" · ".join(filter(None, (_where(method.pages), after(dict.fromkeys(method.sources, ""))))))


def quantities_list(shown: Sequence[Quantity]) -> None:
    """The quantities by what measures them: a heading for each that heads differ by, a table of what stands beside
    them.
    """
    for family in families().values():
        own = [one for one in shown if one.family == family.code]
        if own:
            _family(family, own)


def has_heading(one: Quantity) -> bool:
    return one.direction != "none"


def _family(family: Family, own: Sequence[Quantity]) -> None:
    st.markdown(f"##### {family.title} · `{family.code}`")
    for one in filter(has_heading, own):
        _quantity(one)
    beside = [one for one in own if not has_heading(one)]
    if beside:
        columns = {
            _("name"): [one.axis for one in beside],
            _("in tables"): [one.code for one in beside],
            _("range"): [one.range for one in beside],
            _("what it is"): [f"{one.says} {one.reads} {one.caveat}".strip() for one in beside],
        }
        st.table(pd.DataFrame(columns).set_index(_("name")))


def _quantity(one: Quantity) -> None:
    st.subheader(one.title, anchor=one.code.replace(".", "-"))
    st.markdown(f"{one.says} {one.reads}")
    if one.formula:
        st.latex(one.formula)
    if one.caveat:
        st.markdown(one.caveat)
    measured = _("Range: {range}, {unit}.") if one.unit else _("Range: {range}.")
    scale = measured.format(range=one.range, unit=one.unit)
    st.caption(" · ".join(filter(None, (scale, one.name_in_tables, _where(one.pages), after(one.sources)))))


def _where(pages: Sequence[str]) -> str:
    return _("On: {pages}").format(pages=listed(page_title(page) for page in pages)) if pages else ""


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
