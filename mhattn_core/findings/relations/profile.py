"""One head on every relation, against what needs no head."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import relation_label

GAIN = 0.1
"""Above this the sentence counts a relation; the same 10 points that a verdict asks for."""


@of_run("relations")
def relation_profile(
    run: Run,
    *,
    model: str = "",
    stack: str = "",
    head: str = "",
    direction: str = "dependent_to_head",
    relation: str = "",
    most: int = 0,
) -> Finding:
    """What a head finds more often than position and word class give, and what not.

    head: such as ``L3 H7``; by default the one with the greatest gain of all. relation: the one to mark.
    most: lines that are drawn, the greatest gain first; by default all.
    """
    rates = _rates(run, model_of(run, model), stack, direction)
    chosen = Head.parse(head, rates["stack"].iloc[0]) if head else Head.of_row(rates.loc[rates["gain"].idxmax()])
    own = rates[(rates["layer"] == chosen.layer) & (rates["head"] == chosen.head)]
    if own.empty:
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=chosen.name),
            _("Choose a layer up to {layer}.").format(layer=int(rates["layer"].max())),
        )
    rows = own.sort_values("gain", ascending=False, ignore_index=True)
    return Finding(
        "relation_profile",
        _sentence(rows, chosen),
        rows,
        partial(charts.relation_profile, rows.head(most) if most else rows, chosen=relation),
        _(
            "Each line is a relation; the dot is the head's share of right answers, the tick the best fixed offset, "
            "the diamond the nearest word of the best class, the cross the head's own share on the negative control. "
            "A filled dot is above offset and class. Over all items, few or many (n under the pointer): no verdict, "
            "only where to look."
        )
        + (" " + _("Circled: the relation chosen above.") if relation else ""),
        run.manifest.pairs,
    )


def _rates(run: Run, model: str, stack: str, direction: str) -> pd.DataFrame:
    """Every head of a stack on every relation: model, stack, layer, head, relation, label, rate, baseline, class_rule,
    control, gain, n.
    """
    table = run.relations
    asked = (table["model"] == model) & (table["score"] == "hit") & (table["direction"] == direction)
    best = of_stack(table[asked], stack, direction)
    keys = ["model", "stack", "relation", "direction"]
    every = run.rates.assign(rate=run.rates["hits"] / run.rates["n"])
    of_control = every["relation"].str.endswith(CONTROL)
    controls = every[of_control].assign(relation=every["relation"].str.removesuffix(CONTROL))
    rates = every[~of_control & (every["n"] > 0)].merge(best[[*keys, "baseline", "class_rule"]], on=keys)
    heads = [*keys, "layer", "head"]
    rates = rates.merge(controls[[*heads, "rate"]].rename(columns={"rate": "control"}), on=heads, how="left")
    gain = rates["rate"] - rates[["baseline", "class_rule"]].max(axis=1)
    labels = {name: relation_label(name) for name in rates["relation"].unique()}
    return rates.assign(gain=gain, label=rates["relation"].map(labels))


def _sentence(rows: pd.DataFrame, chosen: Head) -> str:
    top = rows.iloc[0]
    if round(100 * top["gain"]) <= 0:
        message = _(
            "{head} is above position and word class on none of {all} relations; nearest to it on {relation}: {rate:.0%}."
        )
    else:
        message = _(
            "{head} gains most on {relation}: {rate:.0%}, {gain:+.0f} points over the better of offset and nearest word of "
            "a class. It is at least 10 points above both on {many} of {all}."
        )
    return message.format(
        head=f"**{escape(head_name(*chosen.cell, model=str(top['model'])))}**",
        relation=escape(top["label"]),
        rate=top["rate"],
        gain=100 * top["gain"],
        many=int((rows["gain"] >= GAIN).sum()),
        all=len(rows),
    )
