"""The best head of each relation, with what it has to beat, on one axis."""

import altair as alt
import pandas as pd

from mhattn_core.charts.distributions import SHAPES, head_names
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _

BAND = 26
"""Height of one model's line within a relation, in pixels."""
FOUND = ("specialist", "pattern specialist")


def best_heads(relations: pd.DataFrame) -> alt.LayerChart:
    """A line a relation and model: the best head's held-out score with the interval of its gain, named where it is found; a grey bar up to
    the best fixed offset, a red tick at what random weights reach. A click picks a head (``picked``: model, relation, layer, head).

    relations: rows of ``relations.parquet`` of one score and direction, in the order in which they are to stand. A filled mark has a verdict
    in its favour, a hollow one has not. Rows without a score are left out.
    """
    scored = relations.dropna(subset="held_out").astype({"layer": int, "head": int})
    rows = scored.assign(
        name=head_names(scored),
        found=scored["verdict"].isin(FOUND),
        bottom=scored["baseline"] + scored["low"],
        top=scored["baseline"] + scored["high"],
    )
    models = list(dict.fromkeys(rows["model"]))
    y = alt.Y(
        "relation:N", sort=list(dict.fromkeys(rows["relation"])), title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=160)
    )
    line = alt.YOffset("model:N", sort=models)
    x = alt.X(
        "held_out:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%"),
        title=_("right answers on sentences that did not choose the head"),
    )
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=220)
    colour = alt.Color("model:N", scale=alt.Scale(domain=models, range=[model_colour(model) for model in models]), legend=legend)
    shapes = [SHAPES[place % len(SHAPES)] for place in range(len(models))]
    shape = alt.Shape("model:N", scale=alt.Scale(domain=models, range=shapes), legend=legend)
    base = alt.Chart(rows).encode(y, line, tooltip=_tooltip())
    pick = alt.selection_point(name=PICKED, fields=["model", "relation", "layer", "head"], on="click", clear=False)
    return alt.layer(
        base.mark_bar(color=SPECIAL_COLOUR, opacity=0.3, height=BAND * 0.5).encode(alt.X("baseline:Q")),
        base.mark_rule(strokeWidth=2).encode(alt.X("bottom:Q"), alt.X2("top:Q"), colour),
        base.mark_tick(color=MARK_COLOUR, thickness=2, size=BAND * 0.6).encode(alt.X("random95:Q")),
        base.transform_filter("datum.found").mark_point(size=80, filled=True, opacity=1).encode(x, colour, shape),
        base.mark_point(size=80, strokeWidth=2, opacity=1, fill="transparent", cursor="pointer").encode(x, colour, shape).add_params(pick),
        base.transform_filter("datum.found")
        .mark_text(align="left", dx=10, fontWeight="bold")
        .encode(alt.X("top:Q"), colour, text="name:N"),
    ).properties(height=alt.Step(BAND))


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("relation:N", title=_("relation")),
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("held_out:Q", title=_("held out"), format=".1%"),
        alt.Tooltip("baseline:Q", title=_("best fixed offset"), format=".1%"),
        alt.Tooltip("offset:Q", title=_("that offset, in words"), format="+d"),
        alt.Tooltip("gain:Q", title=_("gain"), format="+.1%"),
        alt.Tooltip("low:Q", title=_("gain from"), format="+.1%"),
        alt.Tooltip("high:Q", title=_("gain to"), format="+.1%"),
        alt.Tooltip("random95:Q", title=_("random weights, 95th percentile"), format=".1%"),
        alt.Tooltip("shuffle:Q", title=_("shuffled answers"), format=".1%"),
        alt.Tooltip("wins:Q", title=_("wins, share of 50 splits"), format=".0%"),
        alt.Tooltip("n:Q", title="n", format=","),
        alt.Tooltip("verdict:N", title=_("verdict")),
    ]
