"""The tokens at both ends of a vocabulary, by a score."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, label_expression
from mhattn_core.locale import _


def token_bars(tokens: pd.DataFrame, *, random: float) -> alt.LayerChart:
    """A bar a token, the highest first. tokens: token, score, end; random: what chance reaches, as a dashed line."""
    # Pieces that are spelt alike are different tokens.
    rows = tokens.assign(place=range(len(tokens)), label=tokens["token"].str.replace("\n", "⏎"))
    bars = (
        alt.Chart(rows)
        .mark_bar(color=MARK_COLOUR)
        .encode(
            alt.X("score:Q", title=_("score, against the mean of all tokens"), axis=alt.Axis(tickCount=6)),
            alt.Y(
                "place:O",
                sort=None,
                title=None,
                axis=alt.Axis(
                    ticks=False, domain=False, labelExpr=label_expression(list(rows["label"])), labelLimit=140
                ),
            ),
            tooltip=[alt.Tooltip("label:N", title=_("token")), alt.Tooltip("score:Q", format=".4f")],
        )
    )
    chance = (
        alt.Chart(pd.DataFrame({"score": [random]}))
        .mark_rule(color=SPECIAL_COLOUR, strokeDash=[5, 3], strokeWidth=2)
        .encode(alt.X("score:Q"))
    )
    return layered(bars, chance, height=alt.Step(18))
