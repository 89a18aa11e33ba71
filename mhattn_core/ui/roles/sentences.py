"""Sentences in which a head finds a relation and sentences in which it misses it, as arcs and as a matrix."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention.tables import word_table
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.roles.arcs import looks
from mhattn_core.text.annotation import annotate
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, missing, relation_label
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.page import badge, draw
from mhattn_core.ui.resources import attended
from mhattn_core.ui.roles.data import Roles
from mhattn_core.ui.roles.examples import HitExample, examples_of, hits_and_misses, kept_in, written_for

LONGEST_LABEL = 70


def role_sentences(found: Roles, relation: str, chosen: ModelHead, controls: Controls) -> None:
    """Live: the model reads the sentences again, so that they can be drawn; the verdict rests on the run."""
    if chosen.stack == "cross":
        st.info(_("The words of two sentences cannot be drawn as arcs over one; see the matrix on Translation."))
        return
    records = _records(found, chosen, controls)
    with st.spinner(_("{name} reads the sentences …").format(name=escape(chosen.model))):
        examples = examples_of(records, relation, found.direction, chosen)
    if not examples:
        why = missing(RELATIONS[relation], annotate(records)) or _("No item of it occurs in them.")
        st.info(
            _("These sentences do not show “{relation}”. {why}").format(
                relation=escape(relation_label(relation)), why=escape(why)
            )
        )
        return
    hits, misses = hits_and_misses(examples)
    st.markdown(
        _("**{head}** finds all of “{relation}” in {hits} of {all} of these sentences.").format(
            head=escape(chosen.name), relation=escape(relation_label(relation)), hits=len(hits), all=len(examples)
        )
    )
    for column, title, some, key in zip(
        st.columns(2), (_("Where it finds it"), _("Where it misses")), (hits, misses), ("hits", "misses"), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            _shown(found, relation, chosen, some, key)


def _records(found: Roles, chosen: ModelHead, controls: Controls) -> list[PairRecord]:
    kept = kept_in(found.evidence.run)
    labels = {"run": _("sentences of the run")} if kept else {}
    labels |= {"examples": _("sentences written for mhattn"), "pair": _("the pair in the sidebar")}
    source = choose(_("Sentences"), labels, key="from", default=next(iter(labels)), pills=True)
    if not kept:
        st.caption(_("The run holds numbers only; its sentences do not come with it. So the head is shown on others."))
    if source == "run":
        return kept
    return written_for(chosen.model) if source == "examples" else [PairRecord("pair", controls.pair, 0)]


def _shown(found: Roles, relation: str, chosen: ModelHead, examples: Sequence[HitExample], key: str) -> None:
    """One sentence of these."""
    if not examples:
        st.caption(_("None of these sentences."))
        return
    labels = [_label(example) for example in examples]
    place = st.selectbox(
        _("Sentence"), range(len(examples)), format_func=labels.__getitem__, key=f"{key}-{relation}-{found.direction}"
    )
    example = examples[place]
    seen = attended(chosen.model, example.record.pair)
    grid = seen.words(chosen.stack)
    table = looks(
        grid,
        chosen.layer,
        chosen.head,
        example.items(relation),
        found.direction,  # type: ignore[arg-type]
        words_of_a=example.words_of_a,
    )
    words = list(grid.queries)
    said = _said(words, table, chosen.name)
    st.markdown(escape(said))
    badge()
    draw(charts.arcs(words, table), key=f"arcs-{key}", alt_text=said)
    export_panel(
        lambda: charts.arcs(words, table),
        table,
        key=f"arcs-{key}",
        name=f"arcs-{relation}",
        note=f"{seen.model.name}@{seen.model.revision}",
    )
    picture(word_table(grid, chosen.layer, chosen.head), f"role-{key}", said, None)


def _label(example: HitExample) -> str:
    text = f"{example.record.pair.source} {example.record.pair.target}".strip()
    return f"{example.found}/{example.asked} · " + (text if len(text) <= LONGEST_LABEL else text[:LONGEST_LABEL] + " …")


def _said(words: Sequence[str], table: pd.DataFrame, name: str) -> str:
    """Which links are found and which are missed, in a sentence."""
    arrows = {
        kind: ", ".join(
            f"{words[row.query_position]} → {words[row.key_position]}"
            for row in table[table["kind"] == kind].itertuples()
        )
        for kind in ("right", "missed", "wrong")
    }
    says = {
        "right": _("It finds {links}."),
        "missed": _("It misses {links}."),
        "wrong": _("It looks at {links} instead."),
    }
    return f"{name}: " + " ".join(says[kind].format(links=links) for kind, links in arrows.items() if links)
