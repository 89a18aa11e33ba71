"""Layers without attention in a grid of heads: grey, and named."""

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import SPECIAL_COLOUR
from mhattn_core.locale import _

OPACITY = 0.15


def layers_without(heads: pd.DataFrame, value: str = "value") -> set[int]:
    """Layers of one model's stack that do not attend: no head of theirs has a value, and heads of other layers do."""
    known = heads[value].notna().groupby(heads["layer"]).any()
    return set(known.index[~known].tolist()) if known.any() else set()


def grey_cells(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    """The cells of such layers, with layer and head on the same scales as all others."""
    return (
        alt.Chart(rows[["layer", "head"]].assign(says=_("no attention in this layer")))
        .mark_rect(color=SPECIAL_COLOUR, opacity=OPACITY)
        .encode(x, y, tooltip=[alt.Tooltip("layer:O", title=_("layer")), alt.Tooltip("says:N", title=_("heads"))])
    )
