"""The ordered matrix of distances, and its rows one by one on narrow screens."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.redundancy.data import Redundancy
from mhattn_core.ui.redundancy.heads import FIRST, SECOND

KEY = "distances"
LISTED = 10


def matrix_view(found: Redundancy, chosen: tuple[int, int], said: str) -> None:
    """The tab *matrix*."""
    pairs = matrix_pairs(found)
    title = quantity(found.by).distance_axis
    places = found.tree.order.tolist()
    framed = places.index(chosen[0]), places.index(chosen[1])
    largest, clicked = float(pairs["distance"].max()), clicks()

    def chart() -> alt.LayerChart:
        return charts.distance_matrix(pairs, found.ordered, title=title, largest=largest, chosen=framed, clicks=clicked)

    wide, narrow = wide_and_narrow(KEY)
    with wide:
        draw(chart(), key=KEY, on_select=_open, selection_mode=charts.PICKED, alt_text=said)
        st.caption(
            _(
                "Below the diagonal: these words. Above it: random words, as many. A bright spot that is mirrored is similar on noise too; one below alone is not. Heads stand so that near ones are neighbours; framed are the two heads shown below, and a click opens two others."
            )
        )
        if len(pairs) > charts.PAIRS_DRAWN:
            st.caption(
                _(
                    "So many heads are drawn as one picture: only the nearest pairs answer to a click, and only some heads are named."
                )
            )
    with narrow:
        st.markdown(_("**Nearest to {name}**").format(name=found.names[chosen[0]]))
        nearest = nearest_to(found, chosen[0])
        draw(
            charts.nearest_heads(nearest, title=title, model=found.seen.model.name, reference=_("on random words")),
            key="nearest",
            alt_text=said,
        )
        st.caption(_("Bars: these words. Red ticks: random words."))
    export_panel(chart, pairs, key=KEY, name=f"{found.seen.model.name} {found.stack} {found.by}", note=found.source)


def matrix_pairs(found: Redundancy) -> pd.DataFrame:
    """Every two heads once, as ``charts.distance_matrix`` reads them, placed in the tree's order."""
    order = found.tree.order
    row, column = np.tril_indices(len(order), -1)
    head, other = order[row], order[column]
    named = np.array(found.names, dtype=object)
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "head": named[head],
            "other": named[other],
            "distance": found.here.to_numpy()[head, other],
            "noise": found.measured.noise.mean(axis=0)[head, other],
            "shared": found.measured.shared[head, other],
        }
    )


def nearest_to(found: Redundancy, head: int) -> pd.DataFrame:
    """The ten nearest heads: name, distance, noise."""
    table = pd.DataFrame(
        {"name": found.names, "distance": found.here.to_numpy()[head], "noise": found.measured.noise.mean(axis=0)[head]}
    )
    return table.drop(index=head).nsmallest(LISTED, "distance")


def _open() -> None:
    picked = st.session_state[KEY].selection.get(charts.PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    if picked:
        st.session_state[FIRST], st.session_state[SECOND] = picked[0]["head"], picked[0]["other"]
