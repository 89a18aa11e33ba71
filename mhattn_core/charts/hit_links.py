"""Which head finds which link of a sentence."""

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _


def found_links(found: pd.DataFrame) -> alt.LayerChart:
    """A filled square where a head finds a link, an open one where not. found: model, link, head (names, in the order
    to draw) and found (bool).
    """
    model = str(found["model"].iloc[0])
    order = {axis: list(dict.fromkeys(found[axis])) for axis in ("link", "head")}
    rows = found.assign(says=found["found"].map({True: _("finds it"), False: _("does not")}))
    marks = (
        alt.Chart(rows)
        .mark_point(shape="square", size=320, strokeWidth=1.5, color=model_colour(model))
        .encode(
            alt.X(
                "head:N",
                sort=order["head"],
                title=None,
                axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False),
            ),
            alt.Y("link:N", sort=order["link"], title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False)),
            fill=alt.condition("datum.found", alt.value(model_colour(model)), alt.value("transparent")),
            stroke=alt.condition("datum.found", alt.value(model_colour(model)), alt.value(SPECIAL_COLOUR)),
            tooltip=[
                alt.Tooltip("link:N", title=_("link")),
                alt.Tooltip("head:N", title=_("head")),
                alt.Tooltip("says:N", title=" "),
            ],
        )
    )
    return alt.layer(marks).properties(width=alt.Step(70), height=alt.Step(30))
