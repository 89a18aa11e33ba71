"""One claim of the note beside what real models do."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import Seen
from mhattn_core.attention.tables import matrix_table, pattern_table
from mhattn_core.charts.glance import thumbnails
from mhattn_core.locale import _
from mhattn_core.measures.links import link_weights
from mhattn_core.text.claims import Claim, Link, matrices
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.head_choice import head_name
from mhattn_core.ui.navigation import is_built, link, page_title
from mhattn_core.ui.page import badge, draw, escape
from mhattn_core.ui.resources import attended
from mhattn_core.ui.sidebar import Controls

# From this share of the link's weight on, the same head does about the same wherever it looks that far.
POSITION_EXPLAINS = 0.75


def claim_panel(claim: Claim, controls: Controls) -> None:
    """What the note says, a live picture of the models' heads on the same words, and where it is decided."""
    st.markdown(f"> {escape(claim.quote)}")
    if claim.remark:
        st.caption(claim.remark)
    if claim.links:
        _links(claim, controls)
    elif claim.sentence:
        _patterns(claim, controls)
    elif claim.matrix:
        _note_matrix(claim)
    _decided(claim)


def _links(claim: Claim, controls: Controls) -> None:
    sentence = gallery()[claim.sentence]
    words = [word.text for word in sentence.pair.a.words]
    chosen = 0
    if len(claim.links) > 1:
        chosen = st.pills(
            _("Link"),
            range(len(claim.links)),
            format_func=lambda number: _link_name(words, claim.links[number]),
            default=0,
            required=True,
            key=f"link-{claim.id}",
            persist_state="session",
        )
    query, key = claim.links[chosen or 0]
    seen = {name: attended(name, sentence.pair) for name in controls.models}
    heads = pd.concat([_heads(name, model, query, key) for name, model in seen.items()], ignore_index=True)
    finding = _finding(heads, _link_name(words, (query, key)))
    st.markdown(finding)
    badge()
    noted = claim.weights[chosen or 0] if claim.weights else None
    draw(charts.strip(heads, noted=noted), key="strip", alt_text=finding)
    st.caption(
        _(
            "One dot is one head. Among many heads some give any link a high weight by chance or by position alone: compare with random weights, and with the same head at the same distance elsewhere (hover)."
        )
    )
    best = heads.loc[heads.groupby("model", sort=False)["weight"].idxmax()]
    _matrices(claim, seen, best)
    first = best.iloc[0]
    link("Attention", _("Open this head on Attention"), pair=gallery()[claim.sentence].title, head=str(first["name"]))


def _link_name(words: list[str], link: Link) -> str:
    return f"{words[link[0]]} → {words[link[1]]}"


def _self_stack(seen: Seen) -> str:
    return seen.stacks[0]


def _heads(name: str, seen: Seen, query: int, key: int) -> pd.DataFrame:
    table = link_weights(seen.words(_self_stack(seen)).pattern, query, key)
    names = [head_name(layer, head) for layer, head in zip(table["layer"], table["head"], strict=True)]
    return table.assign(model=name, name=names)


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
            _("It gives words at that distance {usual:.2f} on average elsewhere in the sentence, so position alone may explain it.").format(
                usual=first["usual"]
            )
        )
    else:
        sentences.append(_("At the same distance elsewhere in the sentence it gives {usual:.2f} on average.").format(usual=first["usual"]))
    sentences += [
        _("The best head of {model} gives {weight:.2f}.").format(model=escape(other["model"]), weight=other["weight"])
        for _row, other in best.iloc[1:].iterrows()
    ]
    return " ".join(sentences)


def _matrices(claim: Claim, seen: dict[str, Seen], best: pd.DataFrame) -> None:
    """The best head of the first two models in full, and the note's own matrix."""
    shown = best.head(2)
    tables = [
        pattern_table(seen[head["model"]], _self_stack(seen[head["model"]]), head["layer"], head["head"]) for _row, head in shown.iterrows()
    ]
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
    st.caption(_("Invented to explain the idea (section {number} of the note); no model was measured.").format(number=note.section))


def _patterns(claim: Claim, controls: Controls) -> None:
    """All heads of the first two models at a glance, beside the note's ideal."""
    pair = gallery()[claim.sentence].pair
    names = controls.models[:2]
    columns = st.columns([2] * len(names) + [1] * bool(claim.matrix))
    for column, name in zip(columns, names, strict=False):
        with column:
            seen = attended(name, pair)
            grid = seen.words(_self_stack(seen))
            places = [(layer, head) for layer in range(grid.pattern.shape[0]) for head in range(grid.pattern.shape[1])]
            table = pd.DataFrame(places, columns=["layer", "head"]).assign(
                name=[head_name(*place) for place in places], picture=thumbnails(grid.pattern, same_scale=False)
            )
            st.markdown(f"**{escape(name)}**")
            draw(charts.glance(table), key=f"claim-glance-{name}", alt_text=_("All heads of {name} on this sentence").format(name=name))
    if claim.matrix:
        with columns[-1]:
            _note_matrix(claim)
    badge()
    link("Attention", _("Open this sentence on Attention"), pair=gallery()[claim.sentence].title)


def _decided(claim: Claim) -> None:
    """Where evidence for the claim comes from."""
    where = _("One sentence is an example, not evidence. This claim is decided on *{page}* by: {measure}.").format(
        page=page_title(claim.page), measure=f"`{claim.measure}`"
    )
    if not is_built(claim.page):
        where += " " + _("That page is not built yet.")
    st.caption(where)
