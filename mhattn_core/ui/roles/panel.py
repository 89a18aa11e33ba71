"""The tab *relations* of Head roles: which head does what, how sure that is, and what else the head does."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mhattn_core.findings.relations.best import best_heads
from mhattn_core.findings.relations.rows import RelationRows, directions_of, relation_rows, stacks_of, usual_direction
from mhattn_core.findings.relations.words import (
    direction_labels,
    direction_words,
    family_labels,
    labels_of,
    left_out,
    not_judged,
    verdict_counts,
    verdict_line,
)
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.text.relations import meaning
from mhattn_core.ui.choices import AUTOMATIC, choose, put, show_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with, models_in, say_origin
from mhattn_core.ui.head_choice import choose_stack_of, put_head
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.roles.relation_tabs import HEAD, profile_view, role_grids, role_table
from mhattn_core.ui.roles.sentences import role_sentences
from mhattn_core.ui.show import show

RELATION = "relation"
"""The state key, and parameter of the address."""
ALL, USUAL_FAMILY = "all", "syntax"


@panel
def roles_panel(controls: Controls) -> None:
    """A click on a head, or another relation, redraws this and not the sidebar."""
    evidence = evidence_with(controls, "relations")
    rows = _choose(evidence, controls)
    if why := not_judged(rows, st.query_params.get(RELATION, "")):
        st.info(known_names().markdown(why))
    if rows.shown.empty:
        st.info(_("The run has no relation of this family. Choose another above."))
        st.caption(left_out(rows))
        return
    picture = st.container()
    say_origin(evidence, f"{direction_words(rows.direction)} {verdict_counts(rows.shown)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        relation = _choose_relation(rows)
        chosen = _choose_head(rows, relation)
    _say(rows, relation)
    with picture:
        _best(rows, relation)
    show_tab(
        {
            "grids": (_("All heads"), lambda: role_grids(rows, relation, chosen)),
            "profile": (_("What else this head does"), lambda: profile_view(rows, relation, chosen)),
            "sentences": (_("In sentences"), lambda: role_sentences(rows, relation, chosen, controls)),
            "table": (_("All numbers"), lambda: role_table(rows)),
        },
        key="view",
    )


def _best(rows: RelationRows, relation: str) -> None:
    """The best head of every relation on one axis; a click on a line opens its relation and its head."""
    models, stacks = (list(names) for names in zip(*rows.models, strict=True))
    asked = {"direction": rows.direction, "family": rows.family, "relation": relation}
    finding = best_heads(rows.run, models=models, stacks=stacks, **asked)
    show(finding, key="best-heads", on_pick=_open, chosen=relation)


def _open(mark: Mapping[str, Any]) -> None:
    put(RELATION, str(mark["relation"]))
    put_head(HEAD, str(mark["model"]), mark)


def _choose(evidence: Evidence, controls: Controls) -> RelationRows:
    """Family, direction, and a stack for each model that has several."""
    measured = [str(name) for name in evidence.run.relations["model"].unique()]
    shown = models_in(evidence, controls, measured)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        family = choose(_("Kind of relation"), family_labels(), key="family", default=USUAL_FAMILY)
        # The names of stacks are the library's own in every language.
        stacks = [{stack: stack for stack in stacks_of(evidence.run, name)} for name in shown]
        models = tuple((name, choose_stack_of(name, stacks[place], place)) for place, name in enumerate(shown))
        there = directions_of(evidence.run, models)
        labels = {name: label for name, label in direction_labels().items() if name in there}
        direction = choose(
            _("Direction"),
            labels or direction_labels(),
            key="direction",
            default=usual_direction(evidence.run, models),
        )
    return relation_rows(evidence.run, models, direction, "" if family == ALL else family)


def _choose_relation(rows: RelationRows) -> str:
    names = list(dict.fromkeys(rows.shown["relation"]))
    return choose(
        _("Relation"),
        labels_of(names),
        key=RELATION,
        default=names[0],
        help_text=_("The same as a click on a line of the picture."),
    )


def _say(rows: RelationRows, relation: str) -> None:
    """What the relation is, and each model's verdict on it: head, verdict, n, reason."""
    st.caption(meaning(relation))
    for _number, row in rows.of(relation).iterrows():
        st.markdown(verdict_line(row))
    missing = [name for name, _stack in rows.models if name not in set(rows.of(relation)["model"])]
    if missing:
        st.caption(_("No items in this direction: {models}.").format(models=model_label(*missing)))
    link("Fault tolerance", _("What breaks without it: Ablation"))


def _choose_head(rows: RelationRows, relation: str) -> ModelHead:
    """The head that a person chose or clicked, else the best of the first model that has one."""
    heads = {head.name: head for head in ModelHead.of_table(rows.rates(relation))}
    scored = rows.scored(relation)
    best = ModelHead.of_row(scored.iloc[0]).name
    labels = {AUTOMATIC: _("The best: {name}").format(name=best)} | {name: name for name in heads}
    name = choose(_("Head"), labels, key=HEAD, default=AUTOMATIC, help_text=_("The same as a click on a head."))
    return heads[best if name == AUTOMATIC else name]
