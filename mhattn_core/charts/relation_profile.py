"""What one head does over all relations: its right answers beside what needs no head."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import independent, layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.charts.to_beat import to_beat
from mhattn_core.locale import _

BAND = 22


def relation_profile(rows: pd.DataFrame, *, chosen: str = "") -> alt.LayerChart:
    """A line a relation: a bar from the best fixed offset to the head's share of right answers, a dot at the head's
    end, and marks at what else it has to beat (``to_beat``).

    rows: of one head, with relation, label (what the relation is called), rate, baseline, gain (over the better of
    offset and class rule) and n, in the order in which they are to stand; class_rule and control where they are known.
    chosen: the relation to mark with a ring.
    """
    x = alt.X(
        "rate:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%"),
        title=_("right answers"),
    )
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=150, minExtent=130))
    colour = alt.ColorValue(model_colour(str(rows["model"].iloc[0])))
    tooltip = [
        alt.Tooltip("label:N", title=_("relation")),
        alt.Tooltip("rate:Q", title=_("right answers"), format=".1%"),
        alt.Tooltip("baseline:Q", title=_("best fixed offset"), format=".1%"),
        alt.Tooltip("class_rule:Q", title=_("best class rule"), format=".1%"),
        alt.Tooltip("control:Q", title=_("negative control"), format=".1%"),
        alt.Tooltip("gain:Q", title=_("gain"), format="+.1%"),
        alt.Tooltip("n:Q", title="n", format=","),
    ]
    base = alt.Chart(rows).encode(y, tooltip=tooltip)
    better = "datum.gain > 0"
    ring = base.transform_filter(alt.datum.relation == chosen).mark_point(size=190, color=MARK_COLOUR, strokeWidth=2)
    head = layered(
        base.mark_bar(height=4).encode(
            x,
            alt.X2("baseline:Q"),
            color=colour,
            opacity=alt.OpacityValue(0.25, condition={"test": better, "value": 0.8}),
        ),
        base.mark_tick(color=SPECIAL_COLOUR, thickness=2, size=14).encode(alt.X("baseline:Q")),
        base.mark_point(size=55, strokeWidth=2, filled=True, opacity=1)
        .transform_filter(better)
        .encode(x, color=colour),
        base.mark_point(size=55, strokeWidth=2).encode(x, color=colour),
        ring.encode(x),
    )
    return layered(
        head,
        to_beat(rows, y, tooltip=tooltip, columns=1),
        resolve=independent("color", "shape"),
        height=alt.Step(BAND),
    )
