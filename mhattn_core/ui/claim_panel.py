"""One claim of the note beside what real models do."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.findings.attention.all_heads import glance_table, heads_at_a_glance
from mhattn_core.findings.attention.one_head import head_pattern, note_pattern
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.relations.link import best_of_each, link_heads
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.text.claims import Claim, matrices
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pages import page_title
from mhattn_core.text.relations import relation_label
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import badge, problems
from mhattn_core.ui.resources import attended
from mhattn_core.ui.show import show

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def claim_panel(claim: Claim, controls: Controls) -> None:
    """What the note says, a live picture of the models' heads on the same words, and where it is decided."""
    st.markdown(f"> {escape(claim.quote)}")
    if claim.remark:
        st.caption(claim.remark)
    if claim.sentence and (results := _results(claim, controls)):
        (_links if claim.links else _patterns)(claim, results)
    elif claim.matrix:
        _note_matrix(claim)
    _decided(claim)


def _results(claim: Claim, controls: Controls) -> "dict[str, AttentionResult]":
    """The claim's sentence, read by the models that the claim names, else by those of the sidebar."""
    pair = gallery()[claim.sentence].pair
    results = {}
    for name in claim.models or controls.models:
        with problems(name):
            results[name] = attended(name, pair)
    return results


def _stack(claim: Claim, result: "AttentionResult") -> str:
    return claim.stack or result.stacks[0]


def _links(claim: Claim, results: "dict[str, AttentionResult]") -> None:
    """What each head gives one of the claim's links, and the best of them in full."""
    grids = {name: result.words(_stack(claim, result)) for name, result in results.items()}
    grid = next(iter(grids.values()))
    names = [f"{grid.queries[query]} → {grid.keys[key]}" for query, key in claim.links]
    number = 0
    if len(names) > 1:
        number = st.pills(
            _("Link"),
            range(len(names)),
            format_func=names.__getitem__,
            default=0,
            required=True,
            key=f"link-{claim.id}",
            persist_state="session",
        )
    query, key = claim.links[number or 0]
    grids = _that_can_see(grids, query, key)
    if not grids:
        return
    finding = link_heads(
        {name: results[name] for name in grids},
        {name: _stack(claim, results[name]) for name in grids},
        query,
        key,
        claim.weights[number or 0] if claim.weights else None,
    )
    show(finding, key="strip")
    best = best_of_each(finding.table)
    _matrices(claim, results, best)
    stack = {"stack": claim.stack} if claim.stack else {}
    link("Attention", _("Open this head on Attention"), **claim.address, **stack, head=str(best.iloc[0]["name"]))


def _that_can_see(grids: dict[str, WordGrid], query: int, key: int) -> dict[str, WordGrid]:
    """The models that can look from the one word to the other; a causal one cannot look ahead, and zero is no
    finding.
    """
    for name, grid in grids.items():
        if not grid.visible[query, key]:
            st.caption(
                _("{name} reads from left to right: this link leads to a later word, which it cannot see.").format(
                    name=model_label(name)
                )
            )
    return {name: grid for name, grid in grids.items() if grid.visible[query, key]}


def _matrices(claim: Claim, results: "dict[str, AttentionResult]", best: pd.DataFrame) -> None:
    """The best head of the first two models in full, and the note's own matrix."""
    heads = [
        ModelHead(row["model"], _stack(claim, results[row["model"]]), row["layer"], row["head"])
        for _number, row in best.head(2).iterrows()
    ]
    findings = [head_pattern(results[head.model], head.within) for head in heads]
    # One scale for both, or the noise of random weights would shine as bright as a trained head.
    largest = max(one.table.loc[one.table["kind"] == "weight", "weight"].max() for one in findings)
    columns = st.columns(len(heads) + bool(claim.matrix))
    for column, head, finding in zip(columns, heads, findings, strict=False):
        with column:
            st.markdown(f"**{model_label(head.name)}**")
            show(finding, key=f"claim-{head.model}", sentence=False, largest=largest)
    if claim.matrix:
        with columns[-1]:
            _note_matrix(claim)


def _note_matrix(claim: Claim) -> None:
    st.markdown("**" + _("The note's own matrix") + "**")
    show(note_pattern(matrices()[claim.matrix]), key="claim-note", sentence=False)


def _patterns(claim: Claim, results: "dict[str, AttentionResult]") -> None:
    """All heads of the first two models at a glance, beside the note's ideal."""
    shown = list(results.items())[:2]
    columns = st.columns([2] * len(shown) + [1] * bool(claim.matrix))
    for column, (name, result) in zip(columns, shown, strict=False):
        with column:
            st.markdown(f"**{model_label(name)}**")
            stack = _stack(claim, result)
            glance = glance_table(result.words(stack))
            show(heads_at_a_glance(result, stack, glance), key=f"claim-glance-{name}", sentence=False)
    if claim.matrix:
        with columns[-1]:
            _note_matrix(claim)
    badge()
    link("Attention", _("Open this sentence on Attention"), **claim.address)


def _decided(claim: Claim) -> None:
    """Where evidence for the claim comes from."""
    measure = f"`{claim.measure}`"
    if relation := claim.settings.get("relation"):
        measure = f"“{relation_label(relation)}”, {direction_labels()[claim.settings['direction']]}"
    where = _("One sentence is an example, not evidence. This claim is decided on *{page}* by: {measure}.").format(
        page=page_title(claim.page), measure=measure
    )
    st.caption(where)
    link(claim.page, _("Open {page}").format(page=page_title(claim.page)), **claim.address, **claim.settings)
