"""What each head adds: one word first, in every model of the sidebar, then one model from five sides."""

from collections.abc import Callable

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.contributions.choice import choose_word
from mhattn_core.ui.contributions.coverage import coverage_view
from mhattn_core.ui.contributions.data import Fused, fused
from mhattn_core.ui.contributions.directions import directions_view
from mhattn_core.ui.contributions.layers import layers_view
from mhattn_core.ui.contributions.lengths import lengths_view
from mhattn_core.ui.contributions.norms import norms_view
from mhattn_core.ui.contributions.prediction import prediction_view
from mhattn_core.ui.contributions.run import run_view
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.model_choice import choose_name
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.unknown import may_draw


@panel
def fusion_panel(controls: Controls) -> None:
    """The whole page but its head; another word redraws it and not the sidebar."""
    stacks = []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for place, name in enumerate(controls.models):
            with problems(name):
                seen = attended_with_progress(name, controls)
                stacks.append((place, seen, choose_stack(seen, place)))
        if not stacks:
            return
        word = choose_word([(seen, stack) for _place, seen, stack in stacks], controls.gallery_id)
        # The names of quantities are the library's own in every language, as in tables and addresses.
        quantity = st.segmented_control(
            _("What is drawn"),
            ["length", "share"],
            default="length",
            required=True,
            key="quantity",
            bind="query-params",
            help=_(
                "length: of the vector that a head adds. share: its part in the sum of its layer, along the direction of that sum."
            ),
        )
    summed = []
    for place, seen, stack in stacks:
        with problems(seen.model.name):
            if may_draw(seen, stack, place):
                with st.spinner(_("Reading what every head adds …")):
                    found = fused(place, seen, stack, word)
                if found is None:
                    st.caption(
                        _("{stack} of {name} does not read this word; choose another stack.").format(
                            stack=stack, name=escape(seen.model.name)
                        )
                    )
                else:
                    summed.append(found)
    if summed:
        lengths_view(summed, quantity or "length")
        _sides(summed, controls)


def _sides(summed: list[Fused], controls: Controls) -> None:
    views: dict[str, Callable[[Fused, list[Fused], Controls], None]] = {
        "norms": norms_view,
        "directions": directions_view,
        "layers": layers_view,
        "prediction": prediction_view,
        "coverage": coverage_view,
        "run": run_view,
    }
    view = open_tab(
        {
            "norms": _("Weights or norms"),
            "directions": _("Overlap"),
            "layers": _("Through the layers"),
            "prediction": _("On the prediction"),
            "coverage": _("Joint information"),
            "run": _("Over many texts"),
        }
    )
    with problems():
        views[view](_choose(summed), summed, controls)


def _choose(summed: list[Fused]) -> Fused:
    """The model that the open tab takes apart."""
    names = [one.name for one in summed]
    return summed[names.index(choose_name(names))]
