"""In which direction the heads of one layer add: every head against every other."""

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import DIFFERENCE_SCHEME
from mhattn_core.heads import head_name
from mhattn_core.locale import _

LARGEST, SMALLEST, SIZE = 34, 12, 400
WITH_NUMBERS = 12


def cosine_matrix(cosines: np.ndarray, *, layer: int) -> alt.LayerChart:
    """``cosines [head, head]`` of one layer, −1 to 1; a head's own is left out, as is one that adds nothing."""
    heads = len(cosines)
    one, other = (axis.ravel() for axis in np.indices(cosines.shape))
    cells = pd.DataFrame({"one": one, "other": other, "value": cosines.ravel().astype(float)})
    cells = cells[(cells["one"] != cells["other"]) & cells["value"].notna()]
    cells["names"] = [
        f"{head_name(layer, a)} · {head_name(layer, b)}" for a, b in zip(cells["one"], cells["other"], strict=True)
    ]
    step = min(LARGEST, max(SMALLEST, SIZE // heads))
    axis = {"ticks": False, "domain": False}
    places = alt.Scale(domain=list(range(heads)), paddingInner=0.05)
    base = alt.Chart(cells).encode(
        alt.X("other:O", title=_("head"), scale=places, axis=alt.Axis(orient="top", labelAngle=0, **axis)),
        alt.Y("one:O", title=_("head"), scale=places, axis=alt.Axis(**axis)),
        tooltip=[alt.Tooltip("names:N", title=_("heads")), alt.Tooltip("value:Q", title=_("cosine"), format="+.3f")],
    )
    layers = [
        base.mark_rect().encode(
            alt.Color(
                "value:Q",
                title=_("cosine"),
                scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-1, 1]),
                legend=alt.Legend(gradientLength=120, format="+.1f"),
            )
        )
    ]
    if heads <= WITH_NUMBERS:
        dark = alt.ColorValue("#333333", condition={"test": "abs(datum.value) > 0.6", "value": "white"})
        layers.append(base.mark_text(fontSize=9).encode(text=alt.Text("value:Q", format=".1f"), color=dark))
    return layered(*layers, width=alt.Step(step), height=alt.Step(step))
