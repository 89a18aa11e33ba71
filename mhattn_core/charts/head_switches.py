"""The heads of one stack as switches: on, or off."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.head_grid import HEIGHT, HIGHEST_ROW, LOWEST_ROW
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _

ON_COLOUR = "#31688e"


def head_switches(heads: pd.DataFrame, *, clicks: int = 0) -> alt.LayerChart:
    """The layer × head grid as switches; a click picks a head (selection ``picked``: layer, head).

    heads: layer, head, off (bool). A head that is on is a full cell, one that is off an empty cell with a cross.
    clicks: as in ``head_grid``.
    """
    rows = heads[["layer", "head"]].assign(
        clicks=clicks,
        name=head_names(heads),
        off=heads["off"],
        state=heads["off"].map({True: _("switched off"), False: _("on")}),
    )
    step = min(HIGHEST_ROW, max(LOWEST_ROW, HEIGHT // max(1, rows["layer"].nunique())))
    axis = {"ticks": False, "domain": False}
    x = alt.X(
        "head:O", title=_("head"), axis=alt.Axis(orient="top", labelAngle=0, **axis), scale=alt.Scale(paddingInner=0.1)
    )
    y = alt.Y("layer:O", title=_("layer"), axis=alt.Axis(**axis), scale=alt.Scale(paddingInner=0.1))
    tooltip = [alt.Tooltip("name:N", title=_("head")), alt.Tooltip("state:N", title=_("state"))]
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    cells = (
        alt.Chart(rows)
        .mark_rect(cursor="pointer", strokeWidth=1.5)
        .encode(
            x,
            y,
            # Nearly nothing, but enough to be clicked.
            fillOpacity=alt.FillOpacityValue(0.9, condition={"test": "datum.off", "value": 0.02}),
            fill=alt.FillValue(ON_COLOUR),
            stroke=alt.StrokeValue(SPECIAL_COLOUR, condition={"test": "datum.off", "value": MARK_COLOUR}),
            tooltip=tooltip,
        )
        .add_params(pick)
    )
    crosses = (
        alt.Chart(rows)
        .transform_filter("datum.off")
        .mark_text(text="✕", color=MARK_COLOUR, fontWeight="bold", fontSize=min(16, step - 4), tooltip=None)
        .encode(x, y)
    )
    return layered(cells, crosses, height=alt.Step(step))
