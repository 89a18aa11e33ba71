"""One measure of every head: as a grid of one model, and of all models on one axis or by depth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import axis_title, quantity
from mhattn_core.runs.run import Run


@of_run("heads")
def head_grid(run: Run, *, model: str = "", stack: str = "", measure: str = "entropy.normalised") -> Finding:
    """A cell a head of one model and stack."""
    return grid(measured(run, [model_of(run, model)], stack, measure), measure)


@of_run("heads")
def distributions(
    run: Run, *, models: Sequence[str] = (), stack: str = "", measure: str = "entropy.normalised", group: str = ""
) -> Finding:
    """All heads of all models on one axis; group: of pairs, by default all."""
    return on_one_axis(measured(run, models_of(run, models), stack, measure, group), measure)


@of_run("heads")
def by_depth(run: Run, *, models: Sequence[str] = (), stack: str = "", measure: str = "entropy.normalised") -> Finding:
    """All heads of all models by their layer over the last layer."""
    return over_depth(measured(run, models_of(run, models), stack, measure), measure)


def grid(rows: pd.DataFrame, measure: str) -> Finding:
    """A cell a head; where the screen is narrow, bars for the ten with most, or least. rows: as ``heads.parquet``, of
    one measure, model and stack.
    """
    draw = partial(charts.head_grid, rows, measure=measure)
    finding = _of_rows("head_grid", rows, measure, draw, quantity(measure).explanation)
    return replace(finding, draw_narrow=partial(_strongest, rows, measure))


def on_one_axis(rows: pd.DataFrame, measure: str) -> Finding:
    """A line a model, a mark a head. rows: as ``heads.parquet``, of one measure."""
    reading = _(
        "One mark is one head; in each line the first layers stand above and the last below. The grey box holds "
        "the middle half of the heads, its line is the median."
    )
    draw = partial(charts.distributions, rows, title=axis_title(measure))
    return _of_rows("distributions", rows, measure, draw, reading + _usual_width(rows))


def over_depth(rows: pd.DataFrame, measure: str) -> Finding:
    """A line a model, from its first layer to its last. rows: as ``heads.parquet``, of one measure."""
    reading = _(
        "One mark is one head, the line runs through the median of each layer. Depth is the layer over the last "
        "layer, so that models of any number of layers lie over one another."
    )
    draw = partial(charts.by_depth, rows, title=axis_title(measure))
    return _of_rows("by_depth", rows, measure, draw, reading)


def _of_rows(
    name: str, rows: pd.DataFrame, measure: str, draw: Callable[..., alt.TopLevelMixin], reading: str
) -> Finding:
    return Finding(name, medians(rows, measure), rows, draw, reading, int(rows["n"].max()), of="heads")


def measured(run: Run, models: Sequence[str], stack: str, measure: str, group: str = "") -> pd.DataFrame:
    """Rows of ``heads.parquet`` of one measure, over all pairs or those of a group. Raises Problem where there are
    none.
    """
    heads = run.heads
    rows = heads[(heads["group"] == group) & heads["model"].isin(models) & (heads["measure"] == measure)]
    return of_stack(rows, stack, measure)


def medians(rows: pd.DataFrame, measure: str) -> str:
    """The median head of each model, and the head that has most, or least, of one measure. Raises Problem where none
    has a value.
    """
    known = rows.dropna(subset="value")
    if known.empty:
        raise NotAvailable(
            _("No head here has a value of “{measure}”.").format(measure=quantity(measure).title),
            _("Choose a longer sentence, or another measure."),
        )
    top = known.loc[at_the_end(known, measure)]
    message = (
        _("The median head: {medians}. Lowest of all is {head} with {value}.")
        if is_lowest(measure)
        else _("The median head: {medians}. Highest of all is {head} with {value}.")
    )
    of_models = known.groupby("model", sort=False, observed=True)["value"].median()
    said = message.format(
        medians=listed(f"{escape(str(name))} {digits(value)}" for name, value in of_models.items()),
        head=escape(ModelHead.of_row(top).name),
        value=digits(float(top["value"])),
    )
    if pd.notna(top["low"]):
        said += " " + _("Its 95 % interval: {low:.3f} to {high:.3f}.").format(low=top["low"], high=top["high"])
    return said


def _usual_width(rows: pd.DataFrame) -> str:
    """How far the choice of sentences moves a head; empty where no head has an interval."""
    width = (rows["high"] - rows["low"]).median()
    return (
        ""
        if pd.isna(width)
        else " "
        + _(
            "Half of the heads have an interval narrower than {width:.3f}: smaller differences between two heads may "
            "come from the choice of sentences."
        ).format(width=width)
    )


def at_the_end(known: pd.DataFrame, measure: str) -> Any:
    """The index of the row with least of a measure where little of it is what matters, else with most."""
    return known["value"].idxmin() if is_lowest(measure) else known["value"].idxmax()


def is_lowest(measure: str) -> bool:
    """Whether little of a measure is what matters in a head."""
    return quantity(measure).direction == "lowest"


def _strongest(
    rows: pd.DataFrame, measure: str, *, domain: tuple[float, float] | None = None, **_of_a_grid: Any
) -> alt.LayerChart:
    return charts.strongest(
        rows,
        title=axis_title(measure),
        end="lowest" if is_lowest(measure) else "highest",
        most=domain[1] if domain else None,
    )
