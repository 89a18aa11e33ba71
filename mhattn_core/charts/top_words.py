"""The words that one head attends to, or from, most: by their share of its weight, or by lift over frequency."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _

STEP = 15


def top_words(
    words: pd.DataFrame, *, by: str, title: str, model: str, ends: tuple[float, float] | None = None
) -> alt.LayerChart:
    """A bar a word, in the order of the table; a tick for even attention.

    words: word, mass, even, lift, count. by: ``mass`` or ``lift``. title: what the bars mean. ends: of the axis, so
    that two heads can be compared.
    """
    tooltip = [
        alt.Tooltip("word:N", title=_("word")),
        alt.Tooltip("mass:Q", title=_("share of the weight"), format=".2%"),
        alt.Tooltip("even:Q", title=_("even attention"), format=".2%"),
        alt.Tooltip("lift:Q", title=_("lift"), format=".1f"),
        alt.Tooltip("count:Q", title=_("occurrences"), format=","),
    ]
    reference = "even:Q" if by == "mass" else "one:Q"
    base = alt.Chart(words.assign(one=1.0)).encode(
        alt.Y(
            "word:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=110, labelOverlap=True, labelFontSize=10, minExtent=60),
        ),
        tooltip=tooltip,
    )
    axis = alt.Axis(format=".0%" if by == "mass" else "~g", tickCount=4)
    bars = base.mark_bar(color=model_colour(model), opacity=0.7).encode(
        alt.X(f"{by}:Q", title=title, axis=axis, scale=alt.Scale(domain=ends, nice=True) if ends else alt.Undefined)
    )
    ticks = base.mark_tick(color=MARK_COLOUR, thickness=2, size=STEP - 3).encode(alt.X(reference))
    return layered(bars, ticks, height=alt.Step(STEP))
