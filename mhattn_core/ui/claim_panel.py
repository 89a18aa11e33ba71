"""One claim of the note beside what real models do."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.tables import matrix_table, word_table
from mhattn_core.findings.attention.all_heads import glance_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.relations.link import best_of_each, link_heads
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.locale import _
from mhattn_core.text.claims import Claim, matrices
from mhattn_core.text.documents import documents
from mhattn_core.text.gallery import gallery
from mhattn_core.text.relations import relation_label
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.navigation import link, page_title
from mhattn_core.ui.page import badge, draw, problems
from mhattn_core.ui.resources import attended
from mhattn_core.ui.show import show


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


def _results(claim: Claim, controls: Controls) -> dict[str, AttentionResult]:
    """The claim's sentence, read by the models that the claim names, else by those of the sidebar."""
    pair = gallery()[claim.sentence].pair
    results = {}
    for name in claim.models or controls.models:
        with problems(name):
            results[name] = attended(name, pair)
    return results


def _stack(claim: Claim, result: AttentionResult) -> str:
    return claim.stack or result.stacks[0]


def _links(claim: Claim, results: dict[str, AttentionResult]) -> None:
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
    _matrices(claim, grids, best)
    stack = {"stack": claim.stack} if claim.stack else {}
    link("Attention", _("Open this head on Attention"), **_settings(claim), **stack, head=str(best.iloc[0]["name"]))


def _that_can_see(grids: dict[str, WordGrid], query: int, key: int) -> dict[str, WordGrid]:
    """The models that can look from the one word to the other; a causal one cannot look ahead, and zero is no
    finding.
    """
    for name, grid in grids.items():
        if not grid.visible[query, key]:
            st.caption(
                _("{name} reads from left to right: this link leads to a later word, which it cannot see.").format(
                    name=escape(name)
                )
            )
    return {name: grid for name, grid in grids.items() if grid.visible[query, key]}


def _matrices(claim: Claim, grids: dict[str, WordGrid], best: pd.DataFrame) -> None:
    """The best head of the first two models in full, and the note's own matrix."""
    shown = best.head(2)
    tables = [word_table(grids[head["model"]], head["layer"], head["head"]) for _row, head in shown.iterrows()]
    # One scale for both, or the noise of random weights would shine as bright as a trained head.
    largest = max(table.loc[table["kind"] == "weight", "weight"].max() for table in tables)
    columns = st.columns(len(shown) + bool(claim.matrix))
    for column, table, (_row, head) in zip(columns, tables, shown.iterrows(), strict=False):
        with column:
            title = f"{head['model']} · {head['name']}"
            st.markdown(f"**{escape(title)}**")
            draw(charts.matrix(table, largest=largest), key=f"claim-{head['model']}", alt_text=title)
    if claim.matrix:
        with columns[-1]:
            _note_matrix(claim)


def _note_matrix(claim: Claim) -> None:
    note = matrices()[claim.matrix]
    title = _("The note's own matrix")
    st.markdown(f"**{title}**")
    draw(charts.matrix(matrix_table(note.weights, note.queries, note.keys)), key="claim-note", alt_text=title)
    st.caption(
        _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
            number=note.section
        )
    )


def _patterns(claim: Claim, results: dict[str, AttentionResult]) -> None:
    """All heads of the first two models at a glance, beside the note's ideal."""
    shown = [(name, result.words(_stack(claim, result))) for name, result in list(results.items())[:2]]
    columns = st.columns([2] * len(shown) + [1] * bool(claim.matrix))
    for column, (name, grid) in zip(columns, shown, strict=False):
        with column:
            st.markdown(f"**{escape(name)}**")
            draw(
                charts.glance(glance_table(grid, same_scale=False)),
                key=f"claim-glance-{name}",
                alt_text=_("All heads of {name} on this sentence").format(name=name),
            )
    if claim.matrix:
        with columns[-1]:
            _note_matrix(claim)
    badge()
    link("Attention", _("Open this sentence on Attention"), **_settings(claim))


def _decided(claim: Claim) -> None:
    """Where evidence for the claim comes from."""
    measure = f"`{claim.measure}`"
    if relation := claim.settings.get("relation"):
        measure = f"“{relation_label(relation)}”, {direction_labels()[claim.settings['direction']]}"
    where = _("One sentence is an example, not evidence. This claim is decided on *{page}* by: {measure}.").format(
        page=page_title(claim.page), measure=measure
    )
    st.caption(where)
    link(claim.page, _("Open {page}").format(page=page_title(claim.page)), **_settings(claim), **claim.settings)


def _settings(claim: Claim) -> dict[str, str | list[str]]:
    """The claim's sentence, document and models, as another page takes them."""
    sentence: dict[str, str | list[str]] = {"pair": gallery()[claim.sentence].title} if claim.sentence else {}
    if claim.document:
        sentence["document"] = documents()[claim.document].title
    return sentence | ({"models": list(claim.models)} if claim.models else {})
