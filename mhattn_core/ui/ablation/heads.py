"""What it costs to switch off one head at a time, and whether one backward pass could have told."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.ablation.effects import (
    ablation_effects,
    effects,
    gradient_agreement,
    gradients,
    with_and_without,
)
from mhattn_core.findings.ablation.minimal_pairs import minimal_pairs
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext, choose_quantity, damage, from_run
from mhattn_core.ui.head_choice import choose_head, choose_stack, take_head
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import say, show

KEY = "damage"


def heads_view(found: AblationContext) -> None:
    """What each head costs alone, beside what one backward pass says of it; a chosen head in numbers."""
    measured = damage(found)
    quantity = choose_quantity(measured.table)
    stack = choose_stack(found.seen, found.place)
    asked = {"quantity": quantity, "stack": stack, "kind": measured.kind}
    rows = measured.rows(quantity)
    grid = measured.finding(ablation_effects, lambda: effects(rows, stack), **asked)
    say(grid)
    pictures, importance = st.columns([3, 2], gap="large")
    with pictures:
        place = st.container()
        chosen = _choose_head(measured.rows(quantity, stack).rows)
    with place:
        show(grid, key=KEY, on_pick=take_head, sentence=False, chosen=chosen)
    with importance:
        agreement = measured.finding(gradient_agreement, lambda: gradients(rows, stack), **asked)
        show(agreement, key=f"{KEY}-importance", on_pick=take_head, chosen=chosen)
    _grammar(found)


def _choose_head(rows: pd.DataFrame) -> tuple[int, int]:
    """The head that a person chose or clicked, else the one of the largest effect in the stack."""
    names = list(head_names(rows))
    largest = names[int(rows["delta"].to_numpy().argmax())]
    chosen = Head.parse(choose_head(names, largest, _("Largest effect: {name}")), str(rows["stack"].iloc[0]))
    st.markdown(with_and_without(chosen, rows.iloc[names.index(chosen.name)]))
    return chosen.cell


def _grammar(found: AblationContext) -> None:
    """Whether the model still prefers what grammar allows without a head, over a run that switched heads off."""
    run = found.run
    if run is None or not run.has("minimal_pairs") or from_run(found, "ablation") is None:
        return
    st.subheader(_("Right or wrong without a head"), anchor=False)
    st.markdown(prose("minimal_pairs"))
    with problems():
        show(minimal_pairs(run, model=found.name), key="minimal-pairs")
