"""Whether two heads compensate for each other: both off together, against each off alone."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.interactions import LISTED
from mhattn_core.findings.ablation.measured import Measured, of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.runs.run import Run


@of_run("interactions")
def head_interactions(run: Run, *, model: str = "", quantity: str = "") -> Finding:
    """Whether heads of the largest effect compensate for one another."""
    return interactions(of_table(run, "interactions", model=model, quantity=quantity))


def interactions(measured: Measured) -> Finding:
    """Every two heads that were switched off together."""
    rows = measured.rows
    title = _("interaction: together less each alone · {title}").format(title=measured.quantity.change_axis)
    reading = _(
        "Right of 0: losing both costs more than the sum, so each compensates for the other, and switching off one at "
        "a time understates both. Left of 0: the two do the same harm, which is done once only."
    )
    if len(rows) > LISTED:
        reading += " " + _("Drawn are the {listed} strongest; all stand in the table.").format(listed=LISTED)
    return Finding(
        "head_interactions",
        escape(interaction_sentence(rows)),
        rows.drop(columns=["model"]),
        partial(charts.interactions, rows, title=title),
        reading,
        measured.pairs,
        measured.source,
        measured.code,
        "interactions",
    )


def interaction_sentence(rows: pd.DataFrame) -> str:
    """How many pairs of heads compensate for each other, and which most; or which comes nearest to it."""
    compensating = int((rows["low"].fillna(rows["interaction"]) > 0).sum())
    top = rows.loc[rows["interaction"].idxmax()]
    if not compensating:
        said = _(
            "Of {pairs} pairs of heads none compensates for each other by an interval above 0; {a} and {b} come "
            "nearest: "
        )
    elif rows["low"].isna().all():
        said = _(
            "Of {pairs} pairs of heads {compensating} cost more together than one by one on this pair, most of all "
            "{a} and {b}: "
        )
    else:
        said = _("Of {pairs} pairs of heads {compensating} compensate for each other, most of all {a} and {b}: ")
    return (said + _("alone {delta_a:+.3f} and {delta_b:+.3f}, together {both:+.3f}.")).format(
        pairs=len(rows),
        compensating=compensating,
        a=Head(top["stack"], int(top["layer_a"]), int(top["head_a"])).full_name,
        b=Head(top["stack_b"], int(top["layer_b"]), int(top["head_b"])).full_name,
        delta_a=top["delta_a"],
        delta_b=top["delta_b"],
        both=top["delta_both"],
    )
