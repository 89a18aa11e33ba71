"""One score taken apart: the products of query and key first, then the way to the weight, and what the head works
with.
"""

import streamlit as st

from mhattn_core.findings.head_internals.products import score_products
from mhattn_core.locale import _
from mhattn_core.ui.choices import show_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import choose_model, choose_stack
from mhattn_core.ui.head_internals.choice import choose_head_and_words, click_two_words
from mhattn_core.ui.head_internals.matches import matches_view
from mhattn_core.ui.head_internals.probes import probes_view
from mhattn_core.ui.head_internals.tabs import dimensions_view, rows_view, steps_view, weights_view
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import short_text
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import say, show
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
    products = score_products(inside)
    say(products)
    apart, matrix = st.columns([3, 2])
    with apart:
        show(products, key="waterfall", sentence=False)
    with matrix:
        click_two_words(inside)
    if inside.reason:
        st.caption(short_text(inside.reason))
    if stack == "cross":
        st.caption(_("Rows are words of the second sentence as the decoder reads them, columns words of the first."))
    show_tab(
        {
            "steps": (_("Step by step to the weight"), lambda: steps_view(inside)),
            "rows": (_("Q, K and V of every word"), lambda: rows_view(inside)),
            "dimensions": (_("Which dimensions count"), lambda: dimensions_view(inside)),
            "matches": (_("What the query fits best"), lambda: matches_view(inside, controls)),
            "weights": (_("OV and QK circuits"), lambda: weights_view(inside, controls)),
            "probes": (_("What can be read off"), lambda: probes_view(inside, controls)),
        }
    )
