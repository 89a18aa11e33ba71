"""The note's vote: do other heads find the subject when one fails?"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention.ablation import Kind, kinds_of
from mhattn_core.attention.attend import AttentionResult, attend
from mhattn_core.findings.ablation.vote import SENTENCE, Cell, hardest, vote_findings
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _, listed
from mhattn_core.models.readers import reads
from mhattn_core.text.gallery import gallery
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import PAIRED, AblationContext, choose_kind
from mhattn_core.ui.ablation.interactions import interaction_view
from mhattn_core.ui.ablation.switches import last_off
from mhattn_core.ui.kept import kept
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import say, show

FAILING = (1, 3, 5, 10)


def vote_view(found: AblationContext) -> None:
    """The vote on the note's sentence, by a model that reads it; below it, heads that compensate for each other."""
    st.markdown(prose("note_vote"))
    name, fox = _reader(found), None
    if name is None:
        st.info(prose("note_in_english"))
    else:
        if name != found.name:
            st.caption(
                _("{name} does not read English; {other} stands in for it.").format(
                    name=model_label(found.name), other=model_label(name)
                )
            )
        seen = attended_with_progress(name, replace(found.controls, pair=gallery()[SENTENCE].pair))
        fox = seen, _fox(seen)
    st.subheader(_("Do two heads compensate for each other?"), anchor=False)
    interaction_view(found, fox)


def _reader(found: AblationContext) -> str | None:
    """The model of the page, or else the first of the sidebar's that reads English."""
    return next((name for name in (found.name, *found.controls.models) if reads(name) in ("", "en")), None)


def _fox(seen: AttentionResult) -> list[Head]:
    """The election; gives the heads that look hardest at the subject."""
    stack, name = seen.stacks[0], seen.model.name
    grid = seen.words(stack)
    off, hard = _failing(seen, grid, stack)
    voters = [Head(stack, *cell) for cell in hardest(grid, PAIRED)]
    if len(off) == grid.pattern[..., 0, 0].size:
        st.info(_("All heads of this stack fail: none is left to vote."))
        return voters
    kind = choose_kind(sorted(kinds_of(seen.model), key=lambda kind: kind != "zero"), "vote-kind")
    says = _("Running {name} …").format(name=model_label(name))
    without = kept("fox", seen, (*off, kind), says, lambda _tell: _grid_without(seen, stack, off, kind))
    by_votes, by_weight = vote_findings(seen, stack, grid, without, off, hard=hard, kind=kind)
    say(by_votes)
    for column, finding, title in zip(
        st.columns(2, gap="large"), (by_votes, by_weight), (_("By majority"), _("By weight")), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            show(finding, key=finding.name, sentence=False)
    st.caption(prose("votes"))
    return voters


def _failing(seen: AttentionResult, grid: WordGrid, stack: str) -> tuple[list[Cell], bool]:
    """The heads that fail, and whether they are the ones that look hardest at the subject."""
    failing = (
        st.segmented_control(
            _("How many heads fail"), FAILING, default=FAILING[0], required=True, key="failing", bind="query-params"
        )
        or FAILING[0]
    )
    chosen = [head.cell for head in last_off(seen) if head.stack == stack]
    if chosen:
        names = listed(head_name(*head) for head in chosen[:3]) + (" …" if len(chosen) > 3 else "")
        if st.toggle(
            _("Instead those switched off under “Ablate heads”: {heads}").format(heads=names), key="failing-chosen"
        ):
            return chosen, False
    return hardest(grid, failing), True


def _grid_without(seen: AttentionResult, stack: str, off: Sequence[Cell], kind: Kind) -> WordGrid:
    return attend(seen.model, seen.pair, ablate={Head(stack, *cell): kind for cell in off}).words(stack)
