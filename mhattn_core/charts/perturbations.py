"""How far heads attend as before when their text is perturbed, one way below another."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, model_colours
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title, quantity

STEP, TICK = 24, 17


def perturbations(heads: pd.DataFrame, *, titles: dict[str, str]) -> alt.LayerChart:
    """A line a way of perturbing and model, a tick a head, a diamond at the median.

    heads: model, layer, head, perturbation, invariance, low, high, compared, n, one stack a model. titles: of the ways,
    in order.
    """
    rows = heads.assign(name=head_names(heads), title=heads["perturbation"].map(titles)).dropna(subset="invariance")
    models = list(dict.fromkeys(rows["model"]))
    line = {
        "y": alt.Y(
            "title:N",
            sort=[titles[one] for one in titles if one in set(rows["perturbation"])],
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=160),
        ),
        "yOffset": alt.YOffset("model:N", sort=models),
    }
    x = alt.X("invariance:Q", title=axis_title("invariance"), scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color(
        "model:N",
        scale=alt.Scale(domain=models, range=model_colours(models)),
        legend=alt.Legend(title=None, orient="top", labelLimit=220) if len(models) > 1 else None,
    )
    tooltip = [
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("title:N", title=_("perturbation")),
        alt.Tooltip("invariance:Q", title=axis_title("invariance"), format=".3f"),
        *(alt.Tooltip(f"{end}:Q", title=quantity(end).title, format=".3f") for end in ("low", "high")),
        alt.Tooltip("compared:Q", title=quantity("invariance.compared").title, format=".0%"),
        alt.Tooltip("n:Q", title="n"),
    ]
    middle = rows.groupby(["model", "title"], sort=False, observed=True, as_index=False)["invariance"].median()
    return layered(
        alt.Chart(rows).mark_tick(thickness=2, size=TICK, opacity=0.5).encode(x, colour, tooltip=tooltip, **line),
        alt.Chart(middle)
        .mark_point(shape="diamond", size=80, fill="white", stroke=MARK_COLOUR, strokeWidth=1.5, opacity=1)
        .encode(
            x,
            tooltip=[
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("invariance:Q", title=_("median"), format=".3f"),
            ],
            **line,
        ),
        height=alt.Step(STEP),
    )
