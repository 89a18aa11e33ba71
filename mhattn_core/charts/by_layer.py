"""One number a layer, a line a model."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.distributions import SHAPES
from mhattn_core.charts.theme import model_colours
from mhattn_core.locale import _


def by_layer(layers: pd.DataFrame, *, title: str, domain: tuple[float, float]) -> alt.LayerChart:
    """layers: model, layer, value and, where known, low, high. title: what the height means, with its unit; domain:
    where the axis begins and ends.
    """
    models = list(dict.fromkeys(layers["model"]))
    shapes = [SHAPES[place % len(SHAPES)] for place in range(len(models))]
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=200)
    scale = alt.Scale(domain=list(domain))
    base = alt.Chart(layers.dropna(subset="value")).encode(
        alt.X("layer:Q", title=_("layer"), axis=alt.Axis(tickMinStep=1, format="d", grid=False)),
        alt.Y("value:Q", title=title, scale=scale),
        alt.Color("model:N", scale=alt.Scale(domain=models, range=model_colours(models)), legend=legend),
        tooltip=[
            alt.Tooltip("model:N", title=_("model")),
            alt.Tooltip("layer:Q", title=_("layer")),
            alt.Tooltip("value:Q", title=title, format=".3f"),
        ],
    )
    marks = base.mark_point(filled=True, size=60, opacity=1).encode(
        alt.Shape("model:N", scale=alt.Scale(domain=models, range=shapes), legend=legend)
    )
    drawn = [base.mark_line(strokeWidth=1.5), marks]
    if {"low", "high"} <= set(layers):
        drawn.insert(0, base.mark_rule(strokeWidth=2).encode(alt.Y("low:Q", title=title, scale=scale), alt.Y2("high")))
    return layered(*drawn, height=240)
