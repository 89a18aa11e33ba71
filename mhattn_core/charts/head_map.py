"""The heads of several models as points: near ones do alike."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.distributions import SHAPES
from mhattn_core.charts.theme import MARK_COLOUR, TEXT_COLOUR, model_colours
from mhattn_core.locale import _

HEIGHT = 520


def head_map(points: pd.DataFrame) -> alt.LayerChart:
    """One mark a head, a colour and a shape a model; the chosen heads are circled and named. Axes have no meaning of
    their own.

    points: model, stack, name, x, y, chosen (1 and 2 for two heads to circle, 0 for others).
    """
    models = list(dict.fromkeys(points["model"]))
    # One scale for both axes, or distances would not be those that are drawn.
    low, high = points[["x", "y"]].min(), points[["x", "y"]].max()
    half = 0.54 * max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    place = {
        axis: {
            "scale": alt.Scale(domain=[middle[axis] - half, middle[axis] + half], nice=False),
            "axis": alt.Axis(labels=False, ticks=False, domain=False, grid=False),
            "title": None,
        }
        for axis in ("x", "y")
    }
    x, y = alt.X("x:Q", **place["x"]), alt.Y("y:Q", **place["y"])
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=220, symbolOpacity=1)
    marks = (
        alt.Chart(points)
        .mark_point(filled=True, size=46, opacity=0.75)
        .encode(
            x,
            y,
            alt.Color(
                "model:N",
                scale=alt.Scale(domain=models, range=model_colours(models)),
                legend=legend,
            ),
            alt.Shape(
                "model:N",
                scale=alt.Scale(domain=models, range=[SHAPES[place % len(SHAPES)] for place in range(len(models))]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("stack:N", title=_("stack")),
                alt.Tooltip("name:N", title=_("head")),
            ],
        )
    )
    layers = [marks]
    # One name above its mark and one below: the two are often neighbours.
    for number, shift in ((1, -15), (2, 17)):
        chosen = alt.Chart(points[points["chosen"] == number]).encode(x, y)
        layers.append(chosen.mark_point(size=190, color=MARK_COLOUR, strokeWidth=2.5))
        layers.append(chosen.mark_text(dy=shift, color=TEXT_COLOUR, fontWeight="bold").encode(text=alt.Text("name:N")))
    return layered(*layers, height=HEIGHT)
