"""What every head of each model gives one link: a dot a head, model by model."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, TEXT_COLOUR, model_colours
from mhattn_core.locale import _


def strip(heads: pd.DataFrame, *, noted: float | None = None) -> alt.LayerChart:
    """Dots for all heads on one axis, one line a model; the best head of each is named.

    heads: columns model, name, weight, usual (as ``link_weights`` gives them). noted: the weight that the note states.
    """
    models = list(dict.fromkeys(heads["model"]))
    best = heads.loc[heads.groupby("model", sort=False)["weight"].idxmax()]
    y = alt.Y("model:N", sort=models, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=180))
    x = alt.X("weight:Q", scale=alt.Scale(domain=[0, 1]), title=_("weight on this link, one dot a head"))
    colour = alt.Color("model:N", scale=alt.Scale(domain=models, range=model_colours(models)), legend=None)
    tooltip = [
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".2f"),
        alt.Tooltip("usual:Q", title=_("same distance, other words"), format=".2f"),
    ]
    dots = alt.Chart(heads).mark_circle(size=70, opacity=0.55).encode(x, y, colour, tooltip=tooltip)
    names = (
        alt.Chart(best).mark_text(dy=-13, fontWeight="bold", color=TEXT_COLOUR).encode(x, y, text=alt.Text("name:N"))
    )
    layers = [dots, names]
    if noted is not None:
        rule = alt.Chart(pd.DataFrame({"weight": [noted], "label": [_("the note: {weight:.1f}").format(weight=noted)]}))
        layers += [
            rule.mark_rule(color=MARK_COLOUR, strokeDash=[5, 3]).encode(alt.X("weight:Q")),
            rule.mark_text(color=TEXT_COLOUR, align="left", dx=4, baseline="top").encode(
                alt.X("weight:Q"), y=alt.YValue(2), text=alt.Text("label:N")
            ),
        ]
    return layered(*layers, height=alt.Step(58))
