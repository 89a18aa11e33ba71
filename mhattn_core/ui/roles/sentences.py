"""Sentences in which a head finds a relation and sentences in which it misses it, as arcs and as a matrix."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from mhattn_core.attention.tables import word_table
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.findings.relations.examples import (
    HitExample,
    hit_examples,
    hits_and_misses,
    kept_in,
    relation_arcs,
    written_for,
)
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.roles.table import StackItems
from mhattn_core.text.annotation import Annotated, annotate
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, missing, relation_label
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.names import model_label
from mhattn_core.ui.resources import HASHES, attended, loaded
from mhattn_core.ui.show import show
from mhattn_core.ui.turns import in_turn

if TYPE_CHECKING:
    from mhattn_core.models.model import Model


def role_sentences(rows: RelationRows, relation: str, chosen: ModelHead, controls: Controls) -> None:
    """Live: the model reads the sentences again, so that they can be drawn; the verdict rests on the run."""
    if chosen.stack == "cross":
        st.info(_("The words of two sentences cannot be drawn as arcs over one; see the matrix on Translation."))
        return
    records = _records(rows, chosen, controls)
    with st.spinner(_("{name} reads the sentences …").format(name=model_label(chosen.model))):
        kept, annotated = _measured(loaded(chosen.model), tuple(record.pair for record in records), chosen.stack)
    examples = hit_examples(kept, records, annotated, relation, rows.direction, chosen.within)
    label = escape(relation_label(relation))
    if not examples:
        why = missing(RELATIONS[relation], annotated) or _("No item of it occurs in them.")
        st.info(_("These sentences do not show “{relation}”. {why}").format(relation=label, why=escape(why)))
        return
    parts = dict(zip(("hits", "misses"), hits_and_misses(examples), strict=True))
    st.markdown(
        _("**{head}** finds all of “{relation}” in {hits} of {all} of these sentences.").format(
            head=model_label(chosen.name), relation=label, hits=len(parts["hits"]), all=len(examples)
        )
    )
    titles = _("Where it finds it"), _("Where it misses")
    for column, title, (key, some) in zip(st.columns(2), titles, parts.items(), strict=True):
        with column:
            st.markdown(f"**{title}**")
            _one_of(rows, relation, chosen, some, key)


def _records(rows: RelationRows, chosen: ModelHead, controls: Controls) -> list[PairRecord]:
    kept = kept_in(rows.run)
    labels = {"run": _("sentences of the run")} if kept else {}
    labels |= {"examples": _("sentences written for mhattn"), "pair": _("the pair in the sidebar")}
    source = choose(_("Sentences"), labels, key="from", default=next(iter(labels)), pills=True)
    if not kept:
        st.caption(_("The run holds numbers only; its sentences do not come with it. So the head is shown on others."))
    if source == "run":
        return kept
    return written_for(chosen.model) if source == "examples" else [PairRecord("pair", controls.pair, 0)]


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _measured(model: "Model", pairs: tuple[SentencePair, ...], stack: str) -> tuple[StackItems, list[Annotated]]:
    """Every head's bits on a few sentences, measured once for all relations; ids count the pairs."""
    from mhattn_core.runs.relations import measure_relations

    records = [PairRecord(str(number), pair, number) for number, pair in enumerate(pairs)]
    annotated = annotate(records)
    return measure_relations(model, records, annotated)[stack], annotated


def _one_of(rows: RelationRows, relation: str, chosen: ModelHead, examples: Sequence[HitExample], key: str) -> None:
    """One sentence of these, which the reader chooses."""
    if not examples:
        st.caption(_("None of these sentences."))
        return
    labels = [example.label for example in examples]
    number = st.selectbox(
        _("Sentence"), range(len(examples)), format_func=labels.__getitem__, key=f"{key}-{relation}-{rows.direction}"
    )
    result = attended(chosen.model, examples[number].record.pair)
    finding = relation_arcs(result, chosen, examples[number], relation, rows.direction)
    show(finding, key=f"arcs-{key}")
    table = word_table(result.words(chosen.stack), chosen.layer, chosen.head)
    picture(table, f"role-{key}", plain(finding.sentence), None)
