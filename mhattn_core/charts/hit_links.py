"""Which head finds which link of a sentence."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
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
            fill=alt.FillValue("transparent", condition={"test": "datum.found", "value": model_colour(model)}),
            stroke=alt.StrokeValue(SPECIAL_COLOUR, condition={"test": "datum.found", "value": model_colour(model)}),
            tooltip=[
                alt.Tooltip("link:N", title=_("link")),
                alt.Tooltip("head:N", title=_("head")),
                alt.Tooltip("says:N", title=" "),
            ],
        )
    )
    return layered(marks, width=alt.Step(70), height=alt.Step(30))
