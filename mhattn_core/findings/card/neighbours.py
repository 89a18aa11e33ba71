"""Which heads of its own model attend as one head does, and which head of each other model is its counterpart."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.best_heads import verdict_names
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.card.chosen import no_head, not_measured
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Axis, Finding
from mhattn_core.heads import HEAD_COLUMNS, Head, ModelHead, head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.matching.costs import swapped
from mhattn_core.measures.matching.verdicts import SHARED
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.redundant import limit
from mhattn_core.runs.run import Run

LISTED = 8


@of_run("distances")
def head_neighbours(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """The heads of its own model that attend most like one head, beside what random words give."""
    table = run.head_pairs
    one, own = _of_head(table, "distances", model_of(run, model), stack, head)
    both = [
        own.loc[_is(own, one, side)].rename(columns={f"layer_{other}": "layer", f"head_{other}": "head"})
        for side, other in (("a", "b"), ("b", "a"))
    ]
    rows = pd.concat(both).dropna(subset="js").sort_values("js", kind="stable", ignore_index=True)
    if rows.empty:
        raise no_head(one)
    near = rows.assign(name=head_names(rows), distance=rows["js"])
    redundant = int((near["distance"] <= limit("js")).sum())
    title = quantity("js").distance_axis
    return Finding(
        "head_neighbours",
        _(
            "Most similar to **{head}** in {model}: {other} ({distance:.3f}; on random words {noise:.3f}). Redundant "
            "with it (at most {limit:.3f}): {redundant} of {all} heads."
        ).format(
            head=escape(one.within.name),
            model=escape(one.model),
            other=near["name"].iloc[0],
            distance=near["distance"].iloc[0],
            noise=near["noise"].iloc[0],
            limit=limit("js"),
            redundant=redundant,
            all=len(near),
        ),
        near[["name", "js", "low", "high", "noise", "correlation", "cka", "n"]],
        partial(
            charts.nearest_heads,
            near.head(LISTED)[["name", "distance", "noise"]],
            title=title,
            model=one.model,
            reference=_("on random words"),
        ),
        _("Bars: how far the two patterns are apart on these texts; ticks: on texts of as many random words.")
        + " "
        + quantity("js").reads,
        int(near["n"].max()),
        axis=Axis("js", 0.0, float(near.head(LISTED)[["distance", "noise"]].max().max())),
    )


@of_run("matches", possible=lambda run: len(run.models) > 1)
def head_counterparts(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """The counterpart of one head in each other model of the run, by profile, with what made-up heads reach."""
    table = run.matches[run.matches["by"] == "profile"]
    name = model_of(run, model)
    turned = swapped(table[table["model_b"] == name])
    rows = pd.concat([table[table["model_a"] == name], turned[list(table.columns.intersection(turned.columns))]])
    if rows.empty:
        raise NotAvailable(
            _("“{model}” was matched with no model of this run.").format(model=name), _("Choose another model.")
        )
    rows = rows.rename(columns={f"{column}_a": column for column in HEAD_COLUMNS})
    one, own = _of_head(rows, "matches", name, stack, head)
    own = own[(own["layer"] == one.layer) & (own["head"] == one.head)].dropna(subset=["layer_b", "head_b"])
    if own.empty:
        raise no_head(one)
    own = own.astype({"layer_b": int, "head_b": int}).reset_index(drop=True)
    own = own.assign(name=head_names(own, "_b", model=True), said=own["verdict"].map(verdict_names()))
    shared = own[own["verdict"] == SHARED]
    found = listed(map(escape, shared["name"])) if len(shared) else _("none")
    return Finding(
        "head_counterparts",
        _("Counterparts of **{head}** in other models of the run: {found} ({shared} of {all} models).").format(
            head=escape(one.name), found=found, shared=len(shared), all=len(own)
        ),
        own[["name", "said", "cost", "null95", "p", "q", "reliability", "mutual", "n"]].rename(
            columns={"said": "verdict"}
        ),
        partial(
            charts.nearest_heads,
            own.assign(distance=own["cost"], noise=own["null95"])[["name", "distance", "noise"]],
            title=quantity("profile").distance_axis,
            model=one.model,
            reference=_("made-up heads, 5 %"),
        ),
        _(
            "Bars: how far the profile of each model's matched head is from this one's; ticks: what only 5 % of "
            "made-up heads undercut. An assignment always finds a partner: a counterpart is one with the verdict "
            "“shared role”."
        ),
        int(own["n"].max()),
        axis=Axis("profile", 0.0, float(own[["cost", "null95"]].max().max())),
    )


def _of_head(table: pd.DataFrame, what: str, model: str, stack: str, head: str) -> tuple[ModelHead, pd.DataFrame]:
    """The head, and the rows of its model's stack, by default the first."""
    rows = table[table["model"] == model]
    if rows.empty:
        raise not_measured(what, model)
    chosen = stack if stack in set(rows["stack"]) else str(rows["stack"].iloc[0])
    return ModelHead(model, *(Head.parse(head, chosen) if head else Head(chosen, 0, 0))), rows[rows["stack"] == chosen]


def _is(pairs: pd.DataFrame, one: ModelHead, side: str) -> "pd.Series[bool]":
    return (pairs[f"layer_{side}"] == one.layer) & (pairs[f"head_{side}"] == one.head)
