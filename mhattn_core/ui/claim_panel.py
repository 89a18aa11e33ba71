"""One claim of the note beside what real models do."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention.tables import matrix_table, word_table
from mhattn_core.findings.attention.all_heads import glance_table
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.links import link_weights
from mhattn_core.text.claims import Claim, matrices
from mhattn_core.text.documents import documents
from mhattn_core.text.gallery import gallery
from mhattn_core.text.relations import relation_label
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.navigation import link, page_title
from mhattn_core.ui.page import badge, draw, problems
from mhattn_core.ui.resources import attended, loaded

# From this share of the link's weight on, the same head does about the same wherever it looks that far.
POSITION_EXPLAINS = 0.75


def claim_panel(claim: Claim, controls: Controls) -> None:
    """What the note says, a live picture of the models' heads on the same words, and where it is decided."""
    st.markdown(f"> {escape(claim.quote)}")
    if claim.remark:
        st.caption(claim.remark)
    if claim.sentence and (grids := _grids(claim, controls)):
        (_links if claim.links else _patterns)(claim, grids)
    elif claim.matrix:
        _note_matrix(claim)
    _decided(claim)


def _grids(claim: Claim, controls: Controls) -> dict[str, WordGrid]:
    """The claim's sentence on words, by model: the models that the claim names, else those of the sidebar."""
    pair = gallery()[claim.sentence].pair
    grids = {}
    for name in claim.models or controls.models:
        with problems(name):
            seen = attended(name, pair)
            grids[name] = seen.words(claim.stack or seen.stacks[0])
    return grids


def _links(claim: Claim, grids: dict[str, WordGrid]) -> None:
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
    heads = pd.concat([_heads(name, grid, query, key) for name, grid in grids.items()], ignore_index=True)
    finding = _finding(heads, names[number or 0])
    st.markdown(finding)
    badge()
    strip = charts.strip(heads, noted=claim.weights[number or 0] if claim.weights else None)
    draw(strip, key="strip", alt_text=plain(finding))
    revisions = ", ".join(f"{model.name}@{model.revision}" for model in map(loaded, grids))
    export_panel(lambda: strip, heads, key="strip", name=f"claim-{claim.id}", note=revisions)
    st.caption(
        _(
            "One dot is one head. Among many heads some give any link a high weight by chance or by position alone: compare with random weights, and with the same head at the same distance elsewhere (hover)."
        )
    )
    best = heads.loc[heads.groupby("model", sort=False)["weight"].idxmax()]
    _matrices(claim, grids, best)
    stack = {"stack": claim.stack} if claim.stack else {}
    link("Attention", _("Open this head on Attention"), **_settings(claim), **stack, head=str(best.iloc[0]["name"]))


def _that_can_see(grids: dict[str, WordGrid], query: int, key: int) -> dict[str, WordGrid]:
    """The models that can look from the one word to the other; a causal one cannot look ahead, and zero is no finding."""
    for name, grid in grids.items():
        if not grid.visible[query, key]:
            st.caption(
                _("{name} reads from left to right: this link leads to a later word, which it cannot see.").format(
                    name=escape(name)
                )
            )
    return {name: grid for name, grid in grids.items() if grid.visible[query, key]}


def _heads(name: str, grid: WordGrid, query: int, key: int) -> pd.DataFrame:
    table = link_weights(grid.pattern, query, key)
    return table.assign(model=name, name=head_names(table))


def _finding(heads: pd.DataFrame, link_name: str) -> str:
    best = heads.loc[heads.groupby("model", sort=False)["weight"].idxmax()]
    first = best.iloc[0]
    sentences = [
        _("In **{model}** head {head} gives *{link}* the most of all: **{weight:.2f}**.").format(
            model=escape(first["model"]), head=first["name"], link=escape(link_name), weight=first["weight"]
        )
    ]
    if pd.isna(first["usual"]):
        sentences.append(_("The sentence has no other place at that distance to compare with."))
    elif first["usual"] >= POSITION_EXPLAINS * first["weight"]:
        sentences.append(
            _(
                "It gives words at that distance {usual:.2f} on average elsewhere in the sentence, so position alone may explain it."
            ).format(usual=first["usual"])
        )
    else:
        sentences.append(
            _("At the same distance elsewhere in the sentence it gives {usual:.2f} on average.").format(
                usual=first["usual"]
            )
        )
    sentences += [
        _("The best head of {model} gives {weight:.2f}.").format(model=escape(other["model"]), weight=other["weight"])
        for _row, other in best.iloc[1:].iterrows()
    ]
    return " ".join(sentences)


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


def _patterns(claim: Claim, grids: dict[str, WordGrid]) -> None:
    """All heads of the first two models at a glance, beside the note's ideal."""
    shown = list(grids.items())[:2]
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
