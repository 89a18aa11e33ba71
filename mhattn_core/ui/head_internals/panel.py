"""One score taken apart: the products of query and key first, then the way to the weight, and what the head works with."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.inside.score_decomposition import products
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.head_internals.choice import choose_head_and_words, click_two_words
from mhattn_core.ui.head_internals.data import Inside
from mhattn_core.ui.head_internals.dimensions import dimensions_view
from mhattn_core.ui.head_internals.matches import matches_view
from mhattn_core.ui.head_internals.probes import probes_view
from mhattn_core.ui.head_internals.rows import rows_view
from mhattn_core.ui.head_internals.steps import steps_view
from mhattn_core.ui.model_choice import choose_model
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import badge, draw
from mhattn_core.ui.panel import panel
from mhattn_core.ui.unknown import may_draw


@panel
def inside_panel(controls: Controls) -> None:
    """The whole page but its head; another word redraws it and not the sidebar."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = choose_model(controls)
        seen = attended_with_progress(controls.models[place], controls)
        stack = choose_stack(seen, place)
    if not may_draw(seen, stack, place):
        return
    inside = choose_head_and_words(seen, stack, controls.gallery_id)
    said = finding(inside)
    st.markdown(escape(said))
    badge()
    apart, matrix = st.columns([3, 2])
    with apart:
        _waterfall(inside, said)
    with matrix:
        click_two_words(inside)
    if inside.reason:
        st.caption(escape(inside.reason))
    if stack == "cross":
        st.caption(_("Rows are words of the second sentence as the decoder reads them, columns words of the first."))
    view = open_tab(
        {
            "steps": _("Step by step to the weight"),
            "rows": _("Q, K and V of every word"),
            "dimensions": _("Which dimensions count"),
            "matches": _("What the query fits best"),
            "probes": _("What can be read off"),
        }
    )
    if view == "steps":
        steps_view(inside)
    elif view == "rows":
        rows_view(inside)
    elif view == "dimensions":
        dimensions_view(inside)
    elif view == "matches":
        matches_view(inside, controls)
    else:
        probes_view(inside, controls)


def finding(inside: Inside) -> str:
    """Two sentences: how the products add up, and what the softmax makes of the sum."""
    terms = products(inside.values, inside.query_piece, inside.key_piece)
    query, key = inside.names
    adds, takes = terms[terms > 0], terms[terms < 0]
    summed = _(
        "“{query}” asks, “{key}” answers: {dimensions} products add up to {dot:.2f} (+{up:.2f} from {adds} dimensions, −{down:.2f} from {takes}); dimension {first} alone gives {most:+.2f}."
    ).format(
        query=query,
        key=key,
        dimensions=len(terms),
        dot=terms.sum(),
        up=adds.sum(),
        adds=len(adds),
        down=-takes.sum(),
        takes=len(takes),
        first=int(abs(terms).argmax()),
        most=terms[abs(terms).argmax()],
    )
    if not inside.visible:
        return (
            summed
            + " "
            + _("The mask hides “{key}” from “{query}”, so whatever the sum, the weight is 0.").format(
                query=query, key=key
            )
        )
    row = inside.steps.weight[inside.query_piece]
    weight = row[inside.key_piece]
    return (
        summed
        + " "
        + _(
            "Scaled and set against all {keys} keys that “{query}” sees, that makes a weight of {weight:.3f}, number {rank} of {keys}."
        ).format(
            query=query,
            keys=int(inside.steps.visible[inside.query_piece].sum()),
            weight=weight,
            rank=int((row > weight).sum()) + 1,
        )
    )


def _waterfall(inside: Inside, said: str) -> None:
    query, key = inside.values.query[inside.query_piece], inside.values.key[inside.key_piece]
    table = pd.DataFrame(
        {
            "dimension": range(len(query)),
            "query": query,
            "key": key,
            "product": products(inside.values, inside.query_piece, inside.key_piece),
        }
    )
    drawn, numbers = st.tabs([_("Picture"), _("Table")])
    with drawn:
        draw(charts.waterfall(table), key="waterfall", alt_text=said)
    with numbers:
        st.dataframe(table, hide_index=True, height=300)
    st.caption(
        _(
            "Each bar is one dimension: its number in the query times its number in the key. Orange bars go up, purple ones down; the dashed line is their sum, the dot product. Which number a dimension has means nothing: another checkpoint with its dimensions turned would do exactly the same."
        )
    )
    export_panel(
        lambda: charts.waterfall(table),
        table,
        key="waterfall",
        name=f"{inside.source} {inside.query}-{inside.key}",
        note=inside.source,
    )
