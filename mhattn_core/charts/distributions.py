"""All heads of several models by one measure: on one axis, and by depth."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colours
from mhattn_core.heads import head_names
from mhattn_core.locale import _

# A model's own shape beside its colour: grey print, and two models with random weights, which are both grey.
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left", "triangle-right"]
BAND = 44
DEPTH_HEIGHT = 420


def distributions(heads: pd.DataFrame, *, title: str, chosen: tuple[str, int, int] | None = None) -> alt.LayerChart:
    """One line a model: a mark a head, first layers above and last below, over the box from the lower to the upper
    quartile.

    heads: rows of one measure with model, stack, layer, head, value, one stack a model; heads without a value are left
    out.
    title: what the axis means, with its unit. chosen: (model, layer, head) of the head to circle; its interval is drawn
    where it has one.
    """
    rows = _rows(heads)
    models = list(dict.fromkeys(rows["model"]))
    y = alt.Y("model:N", sort=models, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=180))
    x = alt.X("value:Q", title=title, scale=alt.Scale(zero=False, nice=True))
    boxes = (
        rows.groupby("model", sort=False)["value"]
        .quantile([0.25, 0.5, 0.75])
        .unstack()
        .set_axis(["from", "median", "to"], axis=1)
        .reset_index()
    )
    box = (
        alt.Chart(boxes)
        .mark_bar(height=BAND - 12, color=SPECIAL_COLOUR, opacity=0.22)
        .encode(alt.X("from:Q", title=title), alt.X2("to"), y, tooltip=_box_tooltip())
    )
    median = (
        alt.Chart(boxes)
        .mark_tick(size=BAND - 8, thickness=3, color=SPECIAL_COLOUR)
        .encode(alt.X("median:Q"), y, tooltip=_box_tooltip())
    )
    marks = (
        alt.Chart(rows)
        .mark_point(filled=True, size=34, opacity=0.75)
        .encode(x, y, _within_band(), _colour(models), _shape(models), tooltip=_tooltip(title))
    )
    layers = [box, median, marks]
    own = rows[_is(rows, chosen)]
    if not own.empty:
        circled = alt.Chart(own)
        if own["low"].notna().all():
            layers.append(
                circled.mark_rule(color=MARK_COLOUR, strokeWidth=2).encode(
                    alt.X("low:Q"), alt.X2("high"), y, _within_band()
                )
            )
        layers.append(
            circled.mark_point(size=170, color=MARK_COLOUR, strokeWidth=2.5).encode(
                x, y, _within_band(), tooltip=_tooltip(title)
            )
        )
    return layered(*layers, height=alt.Step(BAND))


def by_depth(heads: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """The same heads by relative depth, layer/(layers − 1), so that models of 6 and of 30 layers lie over one another.

    A mark a head, and a line through the median of each layer. heads: as ``distributions``.
    """
    rows = _rows(heads)
    models = list(dict.fromkeys(rows["model"]))
    x = alt.X(
        "depth:Q",
        scale=alt.Scale(domain=[-0.02, 1.02], nice=False),
        axis=alt.Axis(format=".0%"),
        title=_("depth: first layer 0 %, last layer 100 %"),
    )
    colour = _colour(models, legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=220, symbolOpacity=1))
    shape = _shape(models, legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=220, symbolOpacity=1))
    marks = (
        alt.Chart(rows)
        .mark_point(filled=True, size=24, opacity=0.4)
        .encode(x, alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)), colour, shape, tooltip=_tooltip(title))
    )
    medians = rows.groupby(["model", "layer", "depth"], sort=False, as_index=False)["value"].median()
    line = alt.Chart(medians).encode(
        x,
        alt.Y("value:Q"),
        colour,
        tooltip=[
            alt.Tooltip("model:N", title=_("model")),
            alt.Tooltip("layer:Q", title=_("layer")),
            alt.Tooltip("value:Q", title=_("median"), format=".3f"),
        ],
    )
    return layered(
        marks,
        line.mark_line(strokeWidth=2),
        line.mark_point(filled=True, size=60, opacity=1).encode(shape),
        height=DEPTH_HEIGHT,
    )


def relative_depth(heads: pd.DataFrame) -> pd.Series:
    """layer/(layers − 1) of each row, 0 to 1, by model and stack; 0 where there is one layer."""
    last = heads.groupby(["model", "stack"])["layer"].transform("max")
    return heads["layer"] / last.clip(lower=1)


def _rows(heads: pd.DataFrame) -> pd.DataFrame:
    return heads.assign(depth=relative_depth(heads), name=head_names(heads)).dropna(subset="value")


def _is(rows: pd.DataFrame, chosen: tuple[str, int, int] | None) -> pd.Series:
    model, layer, head = chosen or ("", -1, -1)
    return (rows["model"] == model) & (rows["layer"] == layer) & (rows["head"] == head)


def _within_band() -> alt.YOffset:
    # At which end of a band an offset begins is not the same in all versions of Vega-Lite, unless it is said.
    return alt.YOffset("depth:Q", scale=alt.Scale(domain=[-0.15, 1.15], range=[0, alt.expr("bandwidth('y')")]))


def _colour(models: list[str], legend: alt.Legend | None = None) -> alt.Color:
    return alt.Color("model:N", scale=alt.Scale(domain=models, range=model_colours(models)), legend=legend)


def _shape(models: list[str], legend: alt.Legend | None = None) -> alt.Shape:
    return alt.Shape(
        "model:N",
        scale=alt.Scale(domain=models, range=[SHAPES[place % len(SHAPES)] for place in range(len(models))]),
        legend=legend,
    )


def _tooltip(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("value:Q", title=title, format=".3f"),
        alt.Tooltip("depth:Q", title=_("depth"), format=".0%"),
    ]


def _box_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("from:Q", title=_("lower quartile"), format=".3f"),
        alt.Tooltip("median:Q", title=_("median"), format=".3f"),
        alt.Tooltip("to:Q", title=_("upper quartile"), format=".3f"),
    ]
