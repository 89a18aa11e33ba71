"""What is left as heads go one after the other, and how much of a layer one head alone can do."""

import streamlit as st

from mhattn_core.findings.ablation.curves import ablation_curve, curve, kept, one_head_kept
from mhattn_core.findings.ablation.faithfulness import faithfulness, faithfulness_areas
from mhattn_core.locale import _, listed
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext, choose_quantity, curves, kept_alone
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.names import short_text
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import problems
from mhattn_core.ui.runs.known import known_runs, opened
from mhattn_core.ui.show import show


def curve_view(found: AblationContext) -> None:
    """The loss as heads go, in order of importance and at random; below it, one head of a layer alone."""
    measured = curves(found)
    quantity = choose_quantity(measured.table)
    rows = measured.rows(quantity)
    show(measured.finding(ablation_curve, lambda: curve(rows), quantity=quantity), key="fault_curve")
    st.subheader(_("One head alone"), anchor=False)
    st.markdown(prose("many_heads_of_a_layer"))
    alone = kept_alone(found)
    stack = choose_stack(found.seen, found.place)
    of_stack = alone.rows(quantity, stack)
    show(alone.finding(one_head_kept, lambda: kept(of_stack), quantity=quantity, stack=stack), key="kept_heads")
    if found.run is None:
        _more(found)
    elif found.run.has("faithfulness"):
        st.subheader(_("The best heads alone"), anchor=False)
        with problems():
            show(faithfulness(found.run, model=found.name), key="faithfulness")
            show(faithfulness_areas(found.run), key="faithfulness-areas")


def _more(found: AblationContext) -> None:
    """Where there is more than one pair's evidence."""
    holding = [
        run.about.name
        for run in known_runs()
        if run.finished and found.name in run.about.models and opened(run).has("curves")
    ]
    if holding:
        st.caption(
            short_text(
                _("Over many pairs: choose under Data in the sidebar {names}.").format(
                    names=listed(f"“{name}”" for name in holding)
                )
            )
        )
    else:
        st.caption(
            short_text(
                _("One pair shows little. For {name} over many pairs, measure with “ablation” under Data.").format(
                    name=found.name
                )
            )
        )
        link("Runs", _("Measure with “ablation” under Data"))
