"""What is left as heads go one after the other, and how much of a layer one head alone can do."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.ablation.measured import Measured, of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.runs.run import Run

HALFWAY = 0.5


@of_run("curves")
def ablation_curve(run: Run, *, model: str = "", quantity: str = "") -> Finding:
    """What is left of a model as more and more heads go, in order of importance and at random."""
    return curve(of_table(run, "curves", model=model, quantity=quantity))


@of_run("keep_one")
def one_head_kept(run: Run, *, model: str = "", stack: str = "", quantity: str = "") -> Finding:
    """How much of each layer one of its heads can do alone."""
    return kept(of_table(run, "keep_one", model=model, quantity=quantity, stack=stack))


def curve(measured: Measured) -> Finding:
    """The most important heads first, beside random orders."""
    title = measured.quantity.axis
    return Finding(
        "ablation_curve",
        f"**{title}** · {escape(curve_sentence(measured.rows))}",
        measured.rows.drop(columns=["model"]),
        partial(charts.fault_curve, measured.rows, title=title),
        _(
            "Left: all heads on. Red: the heads that gradient importance ranks first go first. Grey: random orders, "
            "from the least to the greatest of 20. A red line on the worse side of the band (above it for a loss, "
            "below it for an accuracy) means that the ranking finds heads that matter; a flat start means that many "
            "heads can go unnoticed."
        ),
        measured.pairs,
        measured.source,
        measured.code,
        "curves",
    )


def curve_sentence(rows: pd.DataFrame) -> str:
    """What the model loses at first, and when half of its heads are off, in order and at random."""
    ordered = rows[rows["order"] == "importance"].sort_values("share_removed")
    start = float(ordered["value"].iloc[0])
    at = ordered.iloc[(ordered["share_removed"] - HALFWAY).abs().argmin()]
    drawn = rows[(rows["order"] == "random") & (rows["removed"] == at["removed"])]["value"]
    return _(
        "With all heads on: {start:.2f}. With {removed} off, the most important first: {value:.2f}; the same number "
        "at random: {middle:.2f} ({low:.2f} to {high:.2f})."
    ).format(
        start=start,
        removed=int(at["removed"]),
        value=at["value"],
        middle=drawn.median(),
        low=drawn.min(),
        high=drawn.max(),
    )


def kept(measured: Measured) -> Finding:
    """Each layer of one stack with one of its heads only."""
    rows, title = measured.rows.sort_values(["layer", "head"], ignore_index=True), measured.quantity.axis
    return Finding(
        "one_head_kept",
        f"**{title}** · {escape(kept_sentence(rows))}",
        rows.drop(columns=["model"]),
        partial(charts.kept_heads, rows, title=title),
        _(
            "A line is a layer, a dot the model with only this head of the layer left; the best is named. Dashed: all "
            "heads on. Red: none of the layer's heads. Dots near the dashed line: one head does for the whole layer."
        ),
        measured.pairs,
        measured.source,
        measured.code,
        "keep_one",
    )


def kept_sentence(rows: pd.DataFrame) -> str:
    """Where one head does worst for its layer, and where best."""
    best = rows.loc[rows.groupby("layer")["delta"].idxmin()]
    if len(best) == 1:
        only = best.iloc[0]
        return _("With {head} alone the only layer stands at {value:.2f} instead of {intact:.2f}.").format(
            head=head_name(int(only["layer"]), int(only["head"])), value=only["ablated"], intact=only["intact"]
        )
    worst, easiest = best.loc[best["delta"].idxmax()], best.loc[best["delta"].idxmin()]
    return _(
        "Layer {worst} misses its other heads most: with {head} alone it stands at {value:.2f} instead of "
        "{intact:.2f}. Layer {easiest} misses them least: {other} alone gives {other_value:.2f}."
    ).format(
        worst=int(worst["layer"]),
        head=head_name(int(worst["layer"]), int(worst["head"])),
        value=worst["ablated"],
        intact=worst["intact"],
        easiest=int(easiest["layer"]),
        other=head_name(int(easiest["layer"]), int(easiest["head"])),
        other_value=easiest["ablated"],
    )
