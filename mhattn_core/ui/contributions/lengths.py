"""How much each head adds to one word: the page's first picture."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.fusion.directions import layer_shares
from mhattn_core.ui.contributions.choice import chosen_head, take_head
from mhattn_core.ui.contributions.data import Fused
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, problems, wide_and_narrow

NAMED = 3
"""Heads named in the sentence above a picture."""


def lengths_view(summed: Sequence[Fused], quantity: str) -> None:
    """A layer × head grid for each model, two in a row."""
    badge()
    for start in range(0, len(summed), 2):
        for model, column in zip(summed[start : start + 2], st.columns(2), strict=False):
            with column, problems(model.name):
                _one(model, quantity)
    st.caption(
        _(
            "The output of a head goes through its own rows of W_O and is added to the layer's sum: what is drawn is that vector, at this one word. Lengths grow with the layers and differ between models; compare them within a layer. A long vector need not matter: the next norm, the other heads and the rest of the network may undo it."
        )
        if quantity == "length"
        else _(
            "The shares of a layer sum to 1. Purple heads work against the sum of their layer. The bias of W_O belongs to no head and is left out."
        )
    )


def finding(model: Fused) -> str:
    """Which heads add most to the word, and what part of their layer that is."""
    lengths, shares = np.linalg.norm(model.vectors, axis=-1), layer_shares(model.vectors)
    order = np.argsort(-lengths, axis=None)[:NAMED]
    (layer, head), *others = (tuple(int(axis) for axis in np.unravel_index(place, lengths.shape)) for place in order)
    said = _(
        "Most is added to “{word}” by {name}'s {head}: a vector of length {length:.2f}, the median head's is {median:.2f}. Of the sum of its layer {head} makes {share:.0%}."
    ).format(
        word=model.word,
        name=model.name,
        head=head_name(layer, head),
        length=lengths[layer, head],
        median=float(np.median(lengths)),
        share=shares[layer, head],
    )
    named = ", ".join(f"{head_name(*other)} ({lengths[other]:.2f})" for other in others)
    return said + " " + _("Then come {others}.").format(others=named) if named else said


def _one(model: Fused, quantity: str) -> None:
    st.markdown(f"**{escape(model.name)}** · `{model.stack}`")
    said = finding(model)
    st.markdown(escape(said))
    rows = model.table(quantity)
    title = _("length of what is added") if quantity == "length" else _("share of the layer's sum")
    key, clicked, framed = f"added-{model.place}", clicks(), chosen_head(model)

    def grid() -> alt.LayerChart:
        return grid_of(rows, quantity, title, framed, clicked)

    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(
            grid(),
            key=key,
            on_select=lambda: take_head(model, picked(key)),
            selection_mode=charts.PICKED,
            alt_text=said,
        )
    with narrow:
        draw(
            charts.strongest(rows, title=title, end="highest" if quantity == "length" else "farthest"),
            key=f"strongest-{model.place}",
            alt_text=said,
        )
    export_panel(
        grid, rows, key=key, name=f"{model.source} {quantity} {model.queries.ids[model.unit]}", note=model.source
    )


def grid_of(rows: pd.DataFrame, measure: str, title: str, framed: tuple[int, int], clicked: int) -> alt.LayerChart:
    """Lengths begin at 0; shares and effects have a sign."""
    signed = measure != "length"
    domain = None if signed else (0.0, float(rows["value"].max()))
    return charts.head_grid(
        rows, measure=measure, title=title, difference=signed, domain=domain, chosen=framed, clicks=clicked
    )
