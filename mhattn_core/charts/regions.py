"""What each head gives to the regions of a text as fed."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, model_colours
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity

STEP = 26
TICK = 18


def regions(
    heads: pd.DataFrame, *, titles: dict[str, str], chosen: tuple[tuple[str, int, int], ...] = ()
) -> alt.LayerChart:
    """A line a region and model, a tick a head, and a diamond where every token that a word may see is attended alike.

    heads: model, layer, head, region, share, even and lift, one stack a model. titles: of the regions, in order.
    chosen: (model, layer, head) of heads to circle.
    """
    rows = heads.assign(name=head_names(heads), title=heads["region"].map(titles))
    models = list(dict.fromkeys(rows["model"]))
    order = [titles[region] for region in titles if region in set(rows["region"])]
    x = alt.X(
        "share:Q", title=_("share of a head’s attention"), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")
    )
    line = {
        "y": alt.Y("title:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=160)),
        "yOffset": alt.YOffset("model:N", sort=models),
    }
    colour = alt.Color(
        "model:N",
        scale=alt.Scale(domain=models, range=model_colours(models)),
        legend=alt.Legend(title=None, orient="top", labelLimit=220) if len(models) > 1 else None,
    )
    ticks = (
        alt.Chart(rows)
        .mark_tick(thickness=2, size=TICK, opacity=0.55)
        .encode(x, colour, tooltip=_tooltip(rows), **line)
    )
    even = (
        alt.Chart(rows.drop_duplicates(["model", "region"]))
        .mark_point(shape="diamond", size=90, fill="white", stroke="black", strokeWidth=1.5, opacity=1)
        .encode(
            alt.X("even:Q"),
            tooltip=[
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("even:Q", title=_("all tokens attended alike"), format=".1%"),
            ],
            **line,
        )
    )
    layers = [ticks, even]
    own = rows[[key in chosen for key in zip(rows["model"], rows["layer"], rows["head"], strict=True)]]
    if not own.empty:
        circles = alt.Chart(own).mark_point(size=150, strokeWidth=2.5, color=MARK_COLOUR)
        layers.append(circles.encode(x, tooltip=_tooltip(rows), **line))
    return layered(*layers, height=alt.Step(STEP))


def _tooltip(rows: pd.DataFrame) -> list[alt.Tooltip]:
    tooltip = [
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("title:N", title=_("region")),
        alt.Tooltip("share:Q", title=_("share"), format=".1%"),
        alt.Tooltip("lift:Q", title=_("lift"), format=".2f"),
    ]
    if "low" in rows:
        tooltip += [alt.Tooltip(f"{end}:Q", title=quantity(end).title, format=".1%") for end in ("low", "high")]
    return tooltip
