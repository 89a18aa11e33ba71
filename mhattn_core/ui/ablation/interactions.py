"""Whether two heads compensate for each other: both off together, against each off alone."""

import streamlit as st

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.findings.ablation.interactions import head_interactions, interactions
from mhattn_core.findings.ablation.measured import AblationTable
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.ui.ablation.data import PAIRED, AblationContext, choose_quantity, costliest_together, from_run, two_off
from mhattn_core.ui.ablation.switches import last_off
from mhattn_core.ui.choices import choose
from mhattn_core.ui.show import show


def interaction_view(found: AblationContext, fox: tuple[AttentionResult, list[Head]] | None) -> None:
    """Below the vote. fox: the note's sentence through a model that reads it, and the heads that look hardest at its
    subject.
    """
    measured = from_run(found, "interactions") or _on_pair(found, fox)
    if measured is None:
        return
    if measured.table.empty:
        st.info(_("Whether heads compensate for one another takes two of them."))
        return
    quantity = choose_quantity(measured.table)
    rows = measured.rows(quantity)
    show(measured.finding(head_interactions, lambda: interactions(rows), quantity=quantity), key="interactions")


def _on_pair(found: AblationContext, fox: tuple[AttentionResult, list[Head]] | None) -> AblationTable | None:
    """Of the heads that a person chooses: the pair's of the largest effect, those of the vote on its own sentence, or
    those that are off under *Ablate heads*.
    """
    chosen = last_off(found.seen)[:PAIRED]
    labels = {"costliest": _("largest effect on this pair")}
    if fox is not None:
        labels["voters"] = _("those that look hardest at fox")
    if len(chosen) > 1:
        labels["chosen"] = _("those switched off under “Ablate heads”")
    which = choose(_("Which heads"), labels, key="interacting", pills=True) if len(labels) > 1 else ""
    if which == "voters" and fox is not None:
        return two_off(*fox)
    return two_off(found.seen, chosen) if which == "chosen" else costliest_together(found)
