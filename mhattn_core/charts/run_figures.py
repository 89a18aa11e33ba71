"""Figures of a run by name: what the command line draws without a dashboard."""

from collections.abc import Callable, Mapping

import altair as alt
import pandas as pd

from mhattn_core.charts.best_heads import best_heads
from mhattn_core.charts.distributions import by_depth, distributions
from mhattn_core.charts.head_grid import head_grid
from mhattn_core.charts.pattern_types import type_grid, type_shares
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title
from mhattn_core.runs import Run
from mhattn_core.text.relations.names import relation_label

ONE_MODEL = ("head_grid", "segments", "type_grid", "type_shares")
CONTROL = ".control"


def run_figure(
    run: Run, chart: str, *, model: str = "", stack: str = "", measure: str = "entropy.normalised"
) -> alt.TopLevelMixin:
    """A chart of ``RUN_FIGURES`` from a run's tables.

    model: the one that is drawn where a chart shows one, by default the run's first; else all are. stack: by default
    each model's first.
    measure: for charts of one measure. Raises Problem for a chart, model, stack or measure that is not there.
    """
    if chart not in RUN_FIGURES:
        raise Problem(
            _("“{name}” is not a figure of a run.").format(name=chart),
            _("Choose one of: {names}.").format(names=", ".join(RUN_FIGURES)),
        )
    if model and model not in run.models:
        raise Problem(
            _("The run has no model “{name}”.").format(name=model),
            _("It has: {models}.").format(models=", ".join(run.models)),
        )
    shown = [model] if model else list(run.models[:1] if chart in ONE_MODEL else run.models)
    return RUN_FIGURES[chart](run, shown, stack, measure)


def _heads(run: Run, models: list[str], stack: str, measure: str) -> pd.DataFrame:
    rows = run.heads[(run.heads["group"] == "") & run.heads["model"].isin(models) & (run.heads["measure"] == measure)]
    return _of_stack(rows, stack, measure)


def _of_stack(rows: pd.DataFrame, stack: str, what: str) -> pd.DataFrame:
    """One stack a model."""
    chosen = (
        rows[rows["stack"] == stack]
        if stack
        else rows[rows["stack"] == rows.groupby("model")["stack"].transform("first")]
    )
    if chosen.empty:
        raise Problem(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=what),
            _("See its table heads.parquet for the measures and stacks that it has."),
        )
    return chosen


def _best(run: Run, models: list[str], stack: str, _measure: str) -> alt.TopLevelMixin:
    rows = run.relations
    rows = rows[rows["model"].isin(models) & (rows["score"] == "hit") & (rows["direction"] == "dependent_to_head")]
    rows = _of_stack(rows[~rows["relation"].str.endswith(CONTROL)].dropna(subset="held_out"), stack, "relations")
    labels = {name: relation_label(name) for name in rows["relation"].unique()}
    return best_heads(rows.sort_values("gain", ascending=False), labels)


RUN_FIGURES: Mapping[str, Callable[[Run, list[str], str, str], alt.TopLevelMixin]] = {
    "head_grid": lambda run, models, stack, measure: head_grid(_heads(run, models, stack, measure), measure=measure),
    "distributions": lambda run, models, stack, measure: distributions(
        _heads(run, models, stack, measure), title=axis_title(measure)
    ),
    "by_depth": lambda run, models, stack, measure: by_depth(
        _heads(run, models, stack, measure), title=axis_title(measure)
    ),
    "best_heads": _best,
    "segments": lambda run, models, stack, _measure: _agreement(run, models, stack),
    "type_grid": lambda run, models, stack, _measure: type_grid(_types(run, models, stack)),
    "type_shares": lambda run, models, stack, _measure: type_shares(_types(run, models, stack)),
}


def _types(run: Run, models: list[str], stack: str) -> pd.DataFrame:
    return _of_stack(run.patterns[run.patterns["model"].isin(models)], stack, "patterns")


def _agreement(run: Run, models: list[str], stack: str) -> alt.TopLevelMixin:
    """Which heads feed a summary's sentence from the segment that is likest to it, with what the first segment and
    chance would reach.
    """
    rows = _of_stack(run.segments[run.segments["model"].isin(models)], stack, "segments")
    mean = rows.groupby("measure")["value"].mean()
    title = _(
        "Agreement with ROUGE, {n} documents; first segment {lead:.0%}, segments in order {order:.0%}, chance {chance:.0%}"
    ).format(
        n=rows["n"].max(), lead=mean["agreement.lead"], order=mean["agreement.order"], chance=mean["agreement.shuffled"]
    )
    return head_grid(rows, measure="agreement", domain=(0, 1)).properties(title=title)
