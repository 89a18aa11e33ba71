"""One head among all: its place in its model, and which heads of other models measure alike."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import Problem
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.detectors.kinds import texts_of
from mhattn_core.findings.heads.of_measures import at_the_end, measured
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import HEAD_COLUMNS, Head, ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.matching.neighbours import nearest, profiles, rank
from mhattn_core.measures.quantities import axis_title, title_of
from mhattn_core.runs.run import Run

# Profiles are in standard deviations, so two heads drawn at random differ by √2 in each measure.
BY_CHANCE = 2**0.5


@of_run("heads", possible=lambda run: len(run.models) > 1)
def nearest_heads(
    run: Run, *, model: str = "", stack: str = "", head: str = "", measure: str = "entropy.normalised"
) -> Finding:
    """Which heads of the run's other models are nearest to one head by all measures; by default to the one with most,
    or least, of one measure.
    """
    own = measured(run, [model_of(run, model)], stack, measure).dropna(subset="value")
    top = ModelHead.of_row(own.loc[at_the_end(own, measure)])
    chosen = ModelHead(top.model, *Head.parse(head, top.stack)) if head else top
    if chosen not in set(ModelHead.of_table(own)):
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=chosen.within.name),
            _("Choose a layer up to {layer}.").format(layer=int(own["layer"].max())),
        )
    heads = run.heads[run.heads["group"] == ""]
    return nearest_to(chosen, nearest(heads, *chosen), heads)


def nearest_to(chosen: ModelHead, near: pd.DataFrame, heads: pd.DataFrame) -> Finding:
    """near: the heads nearest to ``chosen``, as ``nearest`` gives them of ``heads``."""
    first = near.iloc[near["distance"].argmin()]
    message = (
        _("Nearest by all measures: **{head}**, {distance:.2f} standard deviations away.")
        if first["distance"] < BY_CHANCE
        else _(
            "No head of the other models is near: **{head}** comes closest, {distance:.2f} standard deviations away; "
            "two heads at random lie about {chance:.1f} apart."
        )
    )
    shown = [chosen, *ModelHead.of_table(near.groupby("model", sort=False).head(1))]
    return Finding(
        "nearest_heads",
        message.format(head=escape(ModelHead.of_row(first).name), distance=first["distance"], chance=BY_CHANCE),
        near,
        partial(charts.profiles, long_profiles(heads, shown)),
        _(
            "Every measure is counted in standard deviations from the mean of its model's stack; the distance is the "
            "root of the mean squared difference over the measures that both models have, and two heads at random lie "
            "about 1.4 apart. Near by these measures does not mean the same role: two heads can look equally far and "
            "equally sharply at different words. Matched heads are another test."
        ),
        int(heads["n"].max()),
    )


def place_in_model(chosen: ModelHead, heads: pd.DataFrame, measure: str) -> tuple[str, str]:
    """Where a head stands among those of its model, counted from the nearer end; and its interval, if it has one.

    heads: all measures of the model's stack.
    """
    rows = heads[heads["measure"] == measure]
    own = rows.set_index(["layer", "head"]).loc[chosen.cell]
    low, high, count = rank(heads, measure, *chosen.cell)
    message = (
        _("**{head}** · {title} {value}: number {rank} of {count} heads, counted from the lowest.")
        if low <= high
        else _("**{head}** · {title} {value}: number {rank} of {count} heads, counted from the highest.")
    )
    interval = (
        _("95 % interval over {texts}: {low:.2f} to {high:.2f}.").format(
            texts=texts_of(rows) if measure in DETECTORS else count_of_pairs(int(own["n"])),
            low=own["low"],
            high=own["high"],
        )
        if pd.notna(own["low"])
        else ""
    )
    about = {"head": escape(chosen.name), "title": axis_title(measure), "value": digits(float(own["value"]))}
    return message.format(rank=min(low, high), count=count, **about), interval


def long_profiles(heads: pd.DataFrame, shown: list[ModelHead]) -> pd.DataFrame:
    """model, stack, layer, head, measure, value (in standard deviations) and name of these heads."""
    found = profiles(heads).loc[[tuple(head) for head in shown]].rename(columns=title_of).reset_index()
    table = found.melt(HEAD_COLUMNS, var_name="measure")
    return table.assign(name=head_names(table, model=True))
