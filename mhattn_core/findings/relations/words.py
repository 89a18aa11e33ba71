"""Directions, families and verdicts in words that a person reads."""

from collections.abc import Iterable
from typing import get_args

import pandas as pd

from mhattn_core.charts.best_heads import FOUND, verdict_names
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.relations.rows import FEW, TESTED, RelationRows, not_measurable
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.roles.verdicts import reason_words, rule_words
from mhattn_core.text.relations import RELATIONS, group_label, relation_label
from mhattn_core.text.relations.relation import Group


def family_labels() -> dict[str, str]:
    """Every family of relations, and all of them."""
    return {"all": _("All"), **{name: group_label(name) for name in get_args(Group)}}


def direction_labels() -> dict[str, str]:
    """The directions in which a relation can be asked."""
    return {
        "dependent_to_head": _("as named (dependent → head)"),
        "head_to_dependent": _("the other way (head → dependent)"),
        "column": _("who looks at it most (column)"),
        "later_to_earlier": _("later word → earlier word"),
    }


def direction_words(direction: str) -> str:
    """What is asked in this direction, and of whom it can be asked."""
    return {
        "dependent_to_head": _(
            "Asked: does the first word of the relation look most at the second? A causal model sees no later word, so "
            "of it only the links that lead back can be asked."
        ),
        "head_to_dependent": _(
            "Asked: does the second word of the relation look most at the first? A causal model sees no later word, so "
            "of it only the links that lead back can be asked."
        ),
        "column": _(
            "Asked: of all words that look at the first word of the relation, is it the second that looks at it most?"
        ),
        "later_to_earlier": _(
            "Asked: does the later of the two words look most at the earlier, among the words before it? This makes "
            "causal and bidirectional models comparable."
        ),
    }[direction]


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """Relations by name, as a person reads them."""
    return {name: relation_label(name) for name in names}


def strongest(rows: pd.DataFrame) -> str:
    """Two sentences in Markdown: the strongest finding with what it had to beat, and how far to believe it all.

    rows: of ``relations.parquet``.
    """
    specialists = rows[rows["verdict"].isin(FOUND)]
    nearest = rows[rows["verdict"] == "nearest-class head"]
    if specialists.empty and nearest.empty:
        return _(
            "None of these relations has a head of its own here: no lower bound is 10 points above what needs no head, "
            "or there are too few items."
        )
    best = nearest if specialists.empty else specialists
    sentence = (
        _("No head is 10 points above both position and word class. Nearest to it: {finding}")
        if specialists.empty
        else _("Strongest: {finding}")
    )
    caveat = _("Attention shows what a head looks at; only switching it off tells whether the model needs it.")
    return f"{sentence.format(finding=held_out_words(best.loc[best['gain'].idxmax()]))} {caveat}"


def held_out_words(row: pd.Series) -> str:
    """The best head of a relation on held-out sentences, and what needs no head or has learned nothing, in Markdown."""
    reached = {
        "baseline": _("the best fixed offset ({offset:+d}) {baseline:.0%}"),
        "class_rule": "{rule} {class_rule:.0%}",
        "control": _("its negative control {control:.0%}"),
        "random95": _("the best head of random weights {random95:.0%}"),
        "shuffled95": _("of shuffled weights {shuffled95:.0%}"),
    }
    known = {**row, "offset": int(row["offset"]), "rule": escape(rule_words(row))}
    return _("**{relation}** in **{head}**, right for {held_out:.0%} of {n:,} held-out words; {reached}.").format(
        relation=escape(relation_label(row["relation"])),
        head=escape(ModelHead.of_row(row).name),
        held_out=row["held_out"],
        n=row["n"],
        reached=listed(part.format(**known) for name, part in reached.items() if pd.notna(row[name])),
    )


def verdict_counts(rows: pd.DataFrame) -> str:
    """How many of these relations have which verdict, by model."""
    names = verdict_names()
    parts = []
    for model, own in rows.groupby("model", sort=False):
        counts = own["verdict"].value_counts()
        of_model = listed(f"{counts[verdict]} {names[verdict]}" for verdict in (*TESTED, FEW) if verdict in counts)
        parts.append(stated(escape(str(model)), of_model))
    return _("By verdict: {counts}.").format(counts=listed(parts, "; "))


def verdict_line(row: pd.Series) -> str:
    """A model's verdict on one relation in Markdown, with its reason and n."""
    if pd.isna(row["layer"]):
        return f"**{escape(row['model'])}** · {stated(verdict_names()[row['verdict']], escape(row['reason']))}"
    return "**{name}** · {verdict} · n {n:,}. {reason}".format(
        name=escape(ModelHead.of_row(row).name),
        verdict=verdict_names()[row["verdict"]],
        n=row["n"],
        reason=escape(reason_words(row.to_dict())),
    )


def not_judged(rows: RelationRows, relation: str) -> str:
    """Why a relation that was asked for is not among those that are shown, in Markdown; empty where it is."""
    if relation not in RELATIONS or relation in set(rows.shown["relation"]):
        return ""
    verdicts = [verdict_line(row) for _number, row in rows.of(relation).iterrows()]
    said = _("“{relation}” cannot be judged from this run; other relations of its kind are shown.").format(
        relation=escape(relation_label(relation))
    )
    return "  \n".join([said, *(verdicts or [_("The run has no items of it in this direction.")])])


def left_out(rows: RelationRows) -> str:
    """What cannot be judged, by name: too few items, or nothing to ask. Empty where all can."""
    shown = set(rows.shown["relation"])
    few = [
        name
        for name in dict.fromkeys(rows.rows["relation"])
        if name not in shown and (rows.of(name)["verdict"] == FEW).all()
    ]
    parts = [_("Insufficient data: {names}.").format(names=listed(labels_of(few).values(), "; "))] if few else []
    parts += [
        _("Not measurable: {names}. {reason}").format(
            names=listed(labels_of(own["relation"]).values(), "; "), reason=escape(reason)
        )
        for reason, own in not_measurable(rows).groupby("reason", sort=False)
    ]
    return " ".join(parts)
