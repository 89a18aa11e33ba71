"""Directions, families and verdicts in words that a person reads."""

from typing import get_args

import pandas as pd

from mhattn_core.charts.best_heads import FOUND, verdict_names
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.roles import reason_words
from mhattn_core.measures.roles.verdicts import rule_words
from mhattn_core.text.relations import group_label, relation_label
from mhattn_core.text.relations.relation import Group
from mhattn_core.ui.roles.data import FEW, TESTED, Roles


def family_labels() -> dict[str, str]:
    """Every family of relations, and all of them."""
    return {"all": _("All"), **{name: group_label(name) for name in get_args(Group)}}


def direction_labels() -> dict[str, str]:
    return {
        "dependent_to_head": _("as named (dependent → head)"),
        "head_to_dependent": _("the other way (head → dependent)"),
        "column": _("who looks at it most (column)"),
        "later_to_earlier": _("later word → earlier word"),
    }


def direction_says(direction: str) -> str:
    """What is asked in this direction, and of whom it can be asked."""
    return {
        "dependent_to_head": _(
            "Asked: does the first word of the relation look most at the second? A causal model sees no later word, so of it only the links that lead back can be asked."
        ),
        "head_to_dependent": _(
            "Asked: does the second word of the relation look most at the first? A causal model sees no later word, so of it only the links that lead back can be asked."
        ),
        "column": _(
            "Asked: of all words that look at the first word of the relation, is it the second that looks at it most?"
        ),
        "later_to_earlier": _(
            "Asked: does the later of the two words look most at the earlier, among the words before it? Only so can models that read from left to right and others be compared."
        ),
    }[direction]


def labels_of(names: list[str]) -> dict[str, str]:
    """Relations by name, as a person reads them."""
    return {name: relation_label(name) for name in names}


def strongest(roles: Roles) -> str:
    """Two sentences in Markdown: the strongest finding with what it had to beat, and how far to believe it all."""
    rows = roles.shown
    specialists = rows[rows["verdict"].isin(FOUND)]
    followers = rows[rows["verdict"] == "nearest-class head"]
    if specialists.empty and followers.empty:
        return _(
            "None of these relations has a head of its own here: no lower bound is 10 points above what needs no head, or there are too few items."
        )
    first = (
        _("No head is 10 points above both position and word class. Nearest to it: {finding}")
        if specialists.empty
        else _("Strongest: {finding}")
    )
    best = followers if specialists.empty else specialists
    return (
        first.format(finding=held_out_words(best.loc[best["gain"].idxmax()]))
        + " "
        + _("Attention shows what a head looks at; only switching it off tells whether the model needs it.")
    )


def held_out_words(row: pd.Series) -> str:
    """The best head of a relation on held-out sentences, and what needs no head or has learned nothing, in Markdown."""
    reached = [_("the best fixed offset ({offset:+d}) {baseline:.0%}")]
    if pd.notna(row["class_rule"]):
        reached.append("{rule} {class_rule:.0%}")
    if pd.notna(row["control"]):
        reached.append(_("its negative control {control:.0%}"))
    if pd.notna(row["random95"]):
        reached.append(_("the best head of random weights {random95:.0%}"))
    if pd.notna(row["shuffled95"]):
        reached.append(_("of shuffled weights {shuffled95:.0%}"))
    known = {**row, "offset": int(row["offset"]), "rule": escape(rule_words(row))}
    return _("**{relation}** in **{head}**, right for {held_out:.0%} of {n:,} held-out words; {reached}.").format(
        relation=escape(relation_label(row["relation"])),
        head=escape(ModelHead.of_row(row).name),
        held_out=row["held_out"],
        n=row["n"],
        reached=", ".join(part.format(**known) for part in reached),
    )


def verdicts(roles: Roles) -> str:
    """How many of the relations that are drawn have which verdict, by model."""
    rows, names = roles.shown, verdict_names()
    parts = []
    for model, own in rows.groupby("model", sort=False):
        counts = own["verdict"].value_counts()
        told = ", ".join(f"{counts[verdict]} {names[verdict]}" for verdict in (*TESTED, FEW) if verdict in counts)
        parts.append(f"{escape(str(model))}: {told}")
    return _("By verdict: {counts}.").format(counts="; ".join(parts))


def verdict_line(row: pd.Series) -> str:
    """A model's verdict on one relation in Markdown, with its reason and n."""
    if pd.isna(row["layer"]):
        return f"**{escape(row['model'])}** · {verdict_names()[row['verdict']]}: {escape(row['reason'])}"
    return "**{name}** · {verdict} · n {n:,}. {reason}".format(
        name=escape(ModelHead.of_row(row).name),
        verdict=verdict_names()[row["verdict"]],
        n=row["n"],
        reason=escape(reason_words(row.to_dict())),
    )
