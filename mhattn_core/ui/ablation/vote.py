"""The note's vote: do other heads find the subject when one fails?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention import AttentionResult, attend
from mhattn_core.experiments.alignment.translators import reads
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.votes import votes
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.ablation.cover import cover_view
from mhattn_core.ui.ablation.data import PAIRED, AblationContext
from mhattn_core.ui.ablation.switches import last_off
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.kept import kept
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import badge, draw

SENTENCE = "fox"
SUBJECT, VERB, RIVAL = 3, 4, 8
"""Places of *fox*, *jumps* and *dog* among the words of the gallery's sentence."""
FAILING = (1, 3, 5, 10)


def vote_view(found: AblationContext) -> None:
    """The tab *vote*."""
    st.markdown(
        _(
            "The note says: when one head errs and takes *dog* for the subject, the others outvote it. Here the heads that look hardest from *jumps* at *fox* are switched off. Do the others still find it?"
        )
    )
    name, fox = _reader(found), None
    if name is None:
        st.info(
            _(
                "None of the chosen models reads English, in which the note's sentence is written. Choose another one on the left."
            )
        )
    else:
        if name != found.name:
            st.caption(
                _("{name} does not read English; {other} stands in for it.").format(
                    name=escape(found.name), other=escape(name)
                )
            )
        seen = attended_with_progress(name, replace(found.controls, pair=gallery()[SENTENCE].pair))
        fox = seen, _fox(seen)
    st.subheader(_("Do two heads cover for each other?"), anchor=False)
    cover_view(found, fox)


def _reader(found: AblationContext) -> str | None:
    """The model of the page, or else the first of the sidebar's that reads English."""
    return next((name for name in (found.name, *found.controls.models) if reads(name) in ("", "en")), None)


def _fox(seen: AttentionResult) -> list[Head]:
    """The election; gives the heads that look hardest at the subject."""
    stack, name = seen.stacks[0], seen.model.name
    grid = seen.words(stack)
    off, hard = _failing(seen, grid, stack)
    if len(off) == grid.pattern[..., 0, 0].size:
        st.info(_("All heads of this stack fail: none is left to vote."))
        return [Head(stack, *cell) for cell in hardest(grid, PAIRED)]
    says = _("Running {name} …").format(name=escape(name))
    without = kept("fox", seen, tuple(off), says, lambda _tell: _grid_without(seen, stack, off))
    before, after = elections(grid, without, off)
    said = finding(before, after, name, off, grid, hard=hard)
    st.markdown(escape(said))
    badge()
    states = _("all heads on"), _("without {heads}").format(heads=", ".join(head_name(*head) for head in off))
    majority, weight = st.columns(2, gap="large")
    for column, value, name_of_vote, title in (
        (majority, "votes", _("By majority"), _("share of heads that look here most")),
        (weight, "weight", _("By weight"), _("mean weight of the heads")),
    ):
        table = pd.concat(
            [
                one.assign(state=state, value=one[value], right=one["position"] == SUBJECT)
                for one, state in zip((before, after), states, strict=True)
            ]
        ).assign(position=lambda rows: rows["position"] - (rows["position"] > VERB))
        with column:
            st.markdown(f"**{name_of_vote}**")
            _draw_votes(table, title, said, f"{name} {stack} {value}", f"{name}@{seen.model.revision}")
    st.caption(
        _(
            "Each head votes with its row of *jumps*; the right answer is framed and has a star. Heads know no “subject”: *fox* stands just before *jumps*, so a head that always looks one word back votes for it as well, and many heads vote for something else because finding subjects is not what they do. A causal model sees only the words before."
        )
    )
    return [Head(stack, *cell) for cell in hardest(grid, PAIRED)]


def _failing(seen: AttentionResult, grid: WordGrid, stack: str) -> tuple[list[tuple[int, int]], bool]:
    """The heads that fail, and whether they are the ones that look hardest at the subject."""
    failing = (
        st.segmented_control(
            _("How many heads fail"), FAILING, default=FAILING[0], required=True, key="failing", bind="query-params"
        )
        or FAILING[0]
    )
    chosen = [head.cell for head in last_off(seen) if head.stack == stack]
    if chosen:
        names = ", ".join(head_name(*head) for head in chosen[:3]) + (" …" if len(chosen) > 3 else "")
        if st.toggle(
            _("Instead those that are off on the live bench: {heads}").format(heads=names), key="failing-chosen"
        ):
            return chosen, False
    return hardest(grid, failing), True


def _draw_votes(table: pd.DataFrame, title: str, said: str, name: str, note: str) -> None:
    draw(charts.votes(table, title=title), key=f"votes-{name}", alt_text=said)
    export_panel(lambda: charts.votes(table, title=title), table, key=f"votes-{name}", name=name, note=note)


def hardest(grid: WordGrid, failing: int) -> list[tuple[int, int]]:
    """The heads with the greatest weight from the verb to the subject, the hardest first."""
    weights = grid.pattern[:, :, VERB, SUBJECT]
    order = np.argsort(-weights, axis=None, kind="stable")[:failing]
    return [(int(place) // weights.shape[1], int(place) % weights.shape[1]) for place in order]


def _grid_without(seen: AttentionResult, stack: str, off: Sequence[tuple[int, int]]) -> WordGrid:
    return attend(seen.model, seen.pair, ablate={Head(stack, *cell): "zero" for cell in off}).words(stack)


def elections(grid: WordGrid, without: WordGrid, off: Sequence[tuple[int, int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The verb's row as all heads vote, and as the others vote when ``off`` are off."""
    counted = np.ones(grid.pattern.shape[:2], dtype=bool)
    before = votes(grid.pattern, grid.keys, query=VERB, counted=counted)
    counted[tuple(zip(*off, strict=True))] = False
    return before, votes(without.pattern, grid.keys, query=VERB, counted=counted)


def finding(
    before: pd.DataFrame,
    after: pd.DataFrame,
    name: str,
    off: Sequence[tuple[int, int]],
    grid: WordGrid,
    *,
    hard: bool = True,
) -> str:
    """Who wins by majority and by weight, before and after. hard: the heads that fail are those that look hardest at
    the subject.
    """
    elected = {
        (when, by): _winner(table, by)
        for when, table in (("before", before), ("after", after))
        for by in ("votes", "weight")
    }
    said = _(
        "With all heads of {name}, more look from jumps at “{majority}” than at any other word, and most weight lies on “{weight}”."
    ).format(name=name, majority=elected["before", "votes"], weight=elected["before", "weight"])
    message = (
        _("Without the chosen heads ({heads}): “{majority}” by majority, “{weight}” by weight.")
        if not hard
        else _("Without the one that looks hardest at fox ({heads}): “{majority}” by majority, “{weight}” by weight.")
        if len(off) == 1
        else _(
            "Without the {count} that look hardest at fox ({heads}): “{majority}” by majority, “{weight}” by weight."
        )
    )
    said += " " + message.format(
        count=len(off),
        heads=", ".join(f"{head_name(*head)} {grid.pattern[(*head, VERB, SUBJECT)]:.2f}" for head in off[:3])
        + (" …" if len(off) > 3 else ""),
        majority=elected["after", "votes"],
        weight=elected["after", "weight"],
    )
    fox, dog = (after.loc[after["position"] == place, "weight"].iloc[0] for place in (SUBJECT, RIVAL))
    if grid.visible[VERB, RIVAL]:
        said += " " + (
            _("Between fox and dog the others still choose fox ({fox:.3f} against {dog:.3f}).")
            if fox > dog
            else _("Between fox and dog the others now choose dog ({dog:.3f} against {fox:.3f}).")
        ).format(fox=fox, dog=dog)
    return said


def _winner(table: pd.DataFrame, by: str) -> str:
    return str(table.loc[table[by].idxmax(), "word"])
