"""What breaks without one head, and what it adds to its layer, among all heads of its model."""

from functools import partial

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.ablation.effects import signed, texts_read
from mhattn_core.findings.card.chosen import rows_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Axis, Finding
from mhattn_core.heads import ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run

SHARE = "share"


@of_run("ablation")
def head_effect(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """What switching one head off costs, with its interval, among all heads of its model."""
    table = run.table("ablation")
    own = rows_of(run, table, "ablation", model=model, stack=stack, head=head)
    first = own.iloc[0]
    one = ModelHead.of_row(first)
    # A model's own quantity is the first that was measured: its loss, or how far its vector turns.
    every = table[(table["model"] == one.model) & (table["quantity"] == first["quantity"])]
    of_kind = every[every["kind"] == first["kind"]]
    measured = quantity(str(first["quantity"]))
    return Finding(
        "head_effect",
        _("Without **{head}**: {title} {effect}; {place} of {all} heads by size.").format(
            head=escape(one.name),
            title=measured.change_axis,
            effect=signed(first),
            place=_rank(of_kind["delta"], float(first["delta"])),
            all=len(of_kind),
        ),
        own[
            [
                name
                for name in ("kind", "quantity", "intact", "ablated", "delta", "low", "high", "p", "q", "n")
                if name in own
            ]
        ],
        partial(_among, every.assign(line=every["kind"], value=every["delta"]), one, measured.change_axis),
        _("A tick is a head of the model that is off alone, the dot this one, with its 95 % interval.")
        + " "
        + texts_read(of_kind),
        int(first["n"]),
        axis=_axis(str(first["quantity"]), every["delta"], own[own["quantity"] == first["quantity"]]),
    )


@of_run("fusion")
def head_contribution(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """How much one head adds to what its layer writes, with its interval, among the heads of the layer."""
    table = run.table("fusion")
    own = rows_of(run, table, "fusion", model=model, stack=stack, head=head)
    one = ModelHead.of_row(own.iloc[0])
    layer = table[(table["model"] == one.model) & (table["stack"] == one.stack) & (table["layer"] == one.layer)]
    shares = layer[layer["measure"] == SHARE]
    share = own[own["measure"] == SHARE].iloc[0]
    return Finding(
        "head_contribution",
        _("**{head}** adds {share:.0%} of what its layer's heads write together{interval}; {place} of {all}.").format(
            head=escape(one.name),
            share=share["value"],
            interval="" if pd.isna(share["low"]) else f" [{share['low']:.0%}, {share['high']:.0%}]",
            place=_rank(shares["value"], float(share["value"])),
            all=len(shares),
        ),
        own[["measure", "value", "low", "high", "n"]],
        partial(_among, shares.assign(line=_("layer {layer}").format(layer=one.layer)), one, quantity(SHARE).axis),
        _("A tick is a head of the same layer, the dot this one, with its 95 % interval.")
        + " "
        + quantity(SHARE).explanation,
        int(share["n"]),
        axis=_axis(SHARE, shares["value"], own[own["measure"] == SHARE]),
    )


def _rank(values: "pd.Series[float]", value: float) -> int:
    """Its place from the largest, counted from 1."""
    return int((values > value).sum()) + 1


def _among(
    rows: pd.DataFrame, one: ModelHead, title: str, *, ends: tuple[float, float] | None = None
) -> alt.LayerChart:
    named = rows.assign(name=head_names(rows, stack=True))
    return charts.among_heads(named, title=title, chosen=one.within.full_name, ends=ends)


def _axis(of: str, every: "pd.Series[float]", own: pd.DataFrame) -> Axis:
    reached = [*every.dropna(), *own["low"].dropna(), *own["high"].dropna()]
    return Axis(of, min(reached), max(reached))
