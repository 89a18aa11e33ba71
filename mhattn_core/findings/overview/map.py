"""All heads of several models at a glance: who specialises, who is redundant, who is missed."""

from collections.abc import Sequence
from functools import partial
from typing import get_args

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.pattern_types import TYPE_COLOURS
from mhattn_core.digits import signed_digits
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.overview.heads import SPECIALISTS, SUGGESTED, head_overview, layers_without, role_name
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.quantities import quantity
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import group_label
from mhattn_core.text.relations.relation import Group

MOST = 12
"""Models that one map shows."""
FAMILY_COLOURS = dict(
    zip(
        get_args(Group),
        ("#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#009E73", "#004d7a", "#F0E442", "#8c510a"),
        strict=True,
    )
)
YES = "#D55E00"
VIEWS = ("role", "redundancy", "effect", "pattern")


@of_run("heads")
def overview(run: Run, *, models: Sequence[str] = (), view: str = "role") -> Finding:
    """All heads of several models on equal cells, coloured by role, redundancy, ablation effect or pattern type.

    models: by default all of the run's, random controls small beside the others. view: one of ``VIEWS``.
    """
    if view not in VIEWS:
        raise Problem(
            _("“{view}” is not a view of the heads.").format(view=view),
            _("Choose one of: {names}.").format(names=listed(VIEWS)),
        )
    shown = sorted(models_of(run, models), key=is_control)[:MOST]
    heads = head_overview(run, shown)
    colours, colour = _coloured(heads, view)
    drawn = heads.assign(
        colour=colour,
        fill=_fill(heads, view),
        faint=heads["verdict"].isin(SUGGESTED) & (view == "role"),
        outline=heads["redundant"] & (view == "role"),
        says=[_says(row) for _index, row in heads.iterrows()],
    )
    without = layers_without(run, shown).merge(heads[["model", "stack"]].drop_duplicates())
    controls = [model for model in shown if is_control(model)]
    small = controls if len(controls) < len(shown) else []
    return Finding(
        "overview",
        _sentence(heads, [model for model in shown if model not in small], view),
        drawn,
        partial(charts.overview_map, drawn, colours, without=without, small=small),
        _reading(view, heads) + (" " + _("Dashed: a layer without attention.") if len(without) else ""),
        run.manifest.pairs,
        draw_narrow=partial(charts.overview_map, drawn, colours, without=without, small=small, narrow=True),
    )


def _coloured(heads: pd.DataFrame, view: str) -> tuple[dict[str, str], "pd.Series[str]"]:
    """What each colour is called, and the colour of each head; empty for grey."""
    if view == "role":
        names = {group: group_label(group) for group in get_args(Group)}
        colours = {names[group]: FAMILY_COLOURS[group] for group in names if (heads["family"] == group).any()}
        return colours, heads["family"].map({"": "", **names})
    if view == "pattern":
        types = charts.type_names()
        colours = {name: TYPE_COLOURS[code] for code, name in types.items() if (heads["type"] == code).any()}
        return colours, heads["type"].map({"": "", **types})
    label, flag = {
        "redundancy": (_("has a redundant partner"), heads["redundant"]),
        "effect": (_("ablation effect above 0"), heads["effect"] > 0),
    }[view]
    return {label: YES}, pd.Series(np.where(flag, label, ""), index=heads.index)


def _fill(heads: pd.DataFrame, view: str) -> "pd.Series[float]":
    """How full each cell is: by the effect of switching the head off, over the largest of its model."""
    if view in ("redundancy", "pattern"):
        return pd.Series(np.nan, index=heads.index)
    largest = heads.groupby("model", sort=False)["effect"].transform("max")
    return heads["effect"].clip(lower=0) / largest.where(largest > 0)


def _says(row: "pd.Series[object]") -> str:
    verdicts = charts.verdict_names()
    role = role_name(row)
    return (
        listed((stated(role, verdicts.get(str(row["verdict"]), row["verdict"])), f"{row['held_out']:.0%}"))
        if row["relation"]
        else role
    )


def _sentence(heads: pd.DataFrame, models: Sequence[str], view: str) -> str:
    if view == "effect":
        return _largest_effects(heads, models)
    one, many, counted = {
        "role": (
            _("{model}: 1 of {all} heads is an attention specialist."),
            _("{model}: {count} of {all} heads are attention specialists."),
            heads["verdict"].isin(SPECIALISTS),
        ),
        "redundancy": (
            _("{model}: 1 of {all} heads has a redundant partner."),
            _("{model}: {count} of {all} heads have a redundant partner."),
            heads["redundant"],
        ),
        "pattern": (
            _("{model}: 1 of {all} heads has a named pattern."),
            _("{model}: {count} of {all} heads have a named pattern."),
            ~heads["type"].isin(["", "heterogeneous"]),
        ),
    }[view]
    parts = []
    for model in models:
        own = heads["model"] == model
        count = int(counted[own].sum())
        message = one if count == 1 else many
        parts.append(message.format(count=count, all=int(own.sum()), model=f"**{escape(model)}**"))
    return " ".join(parts)


def _largest_effects(heads: pd.DataFrame, models: Sequence[str]) -> str:
    parts = []
    for model in models:
        own = heads[heads["model"] == model].dropna(subset="effect")
        if len(own):
            top = own.loc[own["effect"].idxmax()]
            change = quantity(str(top["quantity"])).change_axis
            parts.append(f"**{escape(str(top['name']))}** {signed_digits(top['effect'])}, {change}")
    if not parts:
        return _("This run switched no heads of these models off.")
    return _("Largest ablation effect, one head off at a time: {heads}.").format(heads=listed(parts, "; "))


def _reading(view: str, heads: pd.DataFrame) -> str:
    colour = {
        "role": _(
            "**Strong colour**: a specialist, more accurate than position, word class and the negative control. "
            "**Pale**: its best relation, which one of these finds nearly as well. **Grey**: nothing found. "
            "**Outline**: has a redundant partner. A cell is a head; its colour is the kind of its best relation on "
            "held-out sentences."
        ),
        "redundancy": _(
            "A cell is a head, layers down, heads across. Coloured: another head of the model attends nearly the same "
            "way (JS divergence at most a tenth of what unrelated heads have)."
        ),
        "effect": _(
            "A cell is a head, layers down, heads across. Coloured: what switching it off alone costs, in loss or, for "
            "encoders, in how far the sentence's vector turns; Ablation has intervals and tests."
        ),
        "pattern": _("A cell is a head, layers down, heads across. Colour: the type of its pattern."),
    }[view]
    size = (
        " " + _("Size of the colour: its ablation effect, over the model's largest.")
        if view in ("role", "effect") and heads["effect"].notna().any()
        else ""
    )
    return f"{colour}{size} " + _("Point at a head to see its counterpart in the other model; click to pin it.")
