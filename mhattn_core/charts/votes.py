"""How the heads of a model vote for a word, with all of them and with some switched off."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, label_expression
from mhattn_core.locale import _

COLOUR = "#0072B2"


def votes(words: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A bar a word and state, for its share; the right word's name is marked with a star and a red frame.

    words: word, position (0, 1, 2 …), state (as told to people, in the order in which they are to stand), value, right
    (bool). title: what the bars mean, with the unit.
    """
    ordered = words.sort_values("position", kind="stable")
    rows = ordered.assign(label=ordered["word"] + ordered["right"].map({True: " ★", False: ""}))
    states = list(dict.fromkeys(words["state"]))
    # Equal words stay apart by their positions.
    labels = label_expression(rows.drop_duplicates("position")["label"].tolist())
    y = alt.Y("position:O", title=None, axis=alt.Axis(ticks=False, domain=False, labelExpr=labels))
    colour = alt.Color(
        "state:N",
        title=None,
        scale=alt.Scale(domain=states, range=[SPECIAL_COLOUR, COLOUR][-len(states) :]),
        legend=alt.Legend(orient="top", columns=1, labelLimit=320),
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(strokeWidth=2)
        .encode(
            alt.X("value:Q", title=title, scale=alt.Scale(domainMin=0)),
            y,
            alt.YOffset("state:N", sort=states),
            colour,
            stroke=alt.StrokeValue("transparent", condition={"test": "datum.right", "value": MARK_COLOUR}),
            tooltip=[
                alt.Tooltip("word:N", title=_("word")),
                alt.Tooltip("state:N", title=_("state")),
                alt.Tooltip("value:Q", title=title, format=".3f"),
            ],
        )
    )
    return layered(bars, height=alt.Step(13 if len(states) > 1 else 24))
