"""A whole group of like heads off at once, beside the sum of what its heads cost one at a time."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.group_costs import group_names
from mhattn_core.findings.ablation.measured import Measured, of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.ablation.quantities import covers
from mhattn_core.runs.run import Run

TABLE = (
    *("heads", "size", "kind", "sum_of_single", "together", "low", "high"),
    *("excess", "excess_low", "excess_high", "n"),
)


@of_run("cluster_ablation")
def group_effects(run: Run, *, model: str = "", stack: str = "", quantity: str = "") -> Finding:
    """What whole groups of like heads cost, beside the sum of their single effects."""
    return groups(of_table(run, "cluster_ablation", model=model, quantity=quantity, stack=stack))


def groups(measured: Measured) -> Finding:
    """The groups of one stack."""
    rows = measured.rows
    reading = _(
        "A row is a group of heads whose attention is alike (Jensen–Shannon distance, at most 20 groups of a stack)."
    )
    if covers(measured.quantity.code):
        reading += " " + _(
            "Dot right of ring and of 0: together they do more harm than in sum, so they compensated for one another. "
            "Ring right of dot: they do the same harm, which is done once only. With a bar, only a ring outside it "
            "counts: the bar is the interval of the difference between dot and ring."
        )
        if rows["excess_low"].isna().all():
            reading += " " + _("Without intervals, whether these differences are more than chance cannot be told.")
    else:
        reading += " " + _(
            "This quantity does not add up: it is a distance, not a loss, so a dot right of its ring does not say "
            "that the heads compensated for one another. What counts here is the dot alone."
        )
    return Finding(
        "group_effects",
        escape(group_sentence(rows)),
        rows[list(TABLE)],
        partial(charts.group_costs, rows, title=measured.quantity.change_axis),
        reading,
        measured.pairs,
        measured.source,
        measured.code,
        "cluster_ablation",
    )


def group_sentence(rows: pd.DataFrame) -> str:
    """How many groups cost more together than their heads one at a time, and which one most so; of what is no loss,
    which costs most.
    """
    named = rows.assign(name=group_names(rows))
    if not covers(str(rows["quantity"].iloc[0])):
        top = named.loc[named["together"].idxmax()]
        return _(
            "Of {groups} groups of like heads {name} has the largest effect: {together:.3f}, its heads one at a time "
            "{single:.3f} in sum."
        ).format(groups=len(rows), name=top["name"], together=top["together"], single=top["sum_of_single"])
    does_harm = named["low"].fillna(named["together"]) > 0
    compensating = named[does_harm & (named["excess_low"].fillna(named["excess"]) > 0)]
    if compensating.empty:
        return _(
            "Of {groups} groups of like heads none is seen to do more harm together than its heads one at a time."
        ).format(groups=len(rows))
    top = compensating.loc[compensating["excess"].idxmax()]
    return _(
        "Groups of like heads that do harm together, and more than the sum of their heads one at a time, so that "
        "these compensate for one another: {compensating} of {groups}. First of them {name}: {single:+.3f} in sum, "
        "{together:+.3f} together."
    ).format(
        groups=len(rows),
        compensating=len(compensating),
        name=top["name"],
        single=top["sum_of_single"],
        together=top["together"],
    )
