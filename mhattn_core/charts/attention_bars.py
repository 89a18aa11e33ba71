"""What one word looks at in the chosen head of each model: a bar for each word attended to."""

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.attention_drawn import (
    NO_TOOLTIP,
    SMALLEST_STEP,
    STEP,
    TALLEST,
    Drawn,
    head_colour,
)
from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import SPECIAL_COLOUR, WORD_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _

QUERY = "from_word"
START, END = 0.36, 0.9
"""Where a model's bars begin, and where one of the scale's largest weight ends, as shares of its width."""


def attention_bars(drawn: Drawn, weights: pd.DataFrame, *, narrow: bool = False) -> alt.LayerChart:
    """Words attended to from top to bottom, models side by side, a bar for the weight from the word in the box.

    drawn: as for ``attention_lines``; of it panels and words are read. weights: rows as ``pattern_table`` with model,
    of the chosen heads. narrow: models one below another.
    """
    panels, keys = drawn.panels, drawn.words[drawn.words["side"] == "key"]
    words = int(keys["position"].max()) + 1
    step = float(np.clip(TALLEST / words, SMALLEST_STEP, STEP))
    title = max(1.0, 17 / step)
    number = panels["panel"].astype(float)
    panels = panels.assign(left=0.0 if narrow else number, top=number * (words + 2 * title) if narrow else 0.0)
    places = panels[["panel", "model", "left", "top", "head", "most"]]
    width = 1 if narrow else len(panels)
    first, last = -0.5 - 1.5 * title, float(panels["top"].max()) + words - 0.5
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[first, last], nice=False, zero=False, reverse=True), axis=None)
    query = alt.param(QUERY, value=_strongest(weights, panels), bind=_queries(drawn.words))
    named = keys.merge(places, on="panel").assign(
        x=lambda rows: rows["left"] + START - 0.02, y=lambda rows: rows["top"] + rows["position"]
    )
    size = max(8.5, min(14.0, 0.78 * step))
    names = (
        alt.Chart(named)
        .mark_text(align="right", fontSize=size, color=WORD_COLOUR, limit=alt.expr(f"{START - 0.04} * width / {width}"))
        .encode(
            x,
            y,
            text=alt.Text("text:N"),
            opacity=alt.OpacityValue(1, condition={"test": "datum.special", "value": 0.7}),
            tooltip=NO_TOOLTIP,
        )
    )
    titles = (
        alt.Chart(
            panels.assign(
                x=panels["left"] + 0.5,
                y=panels["top"] - 0.5 - title / 2,
                title=head_names(panels, model=True),
            )
        )
        .mark_text(fontSize=13, fontWeight="bold", color=WORD_COLOUR, limit=alt.expr(f"width / {width}"))
        .encode(x, y, text=alt.Text("title:N"), tooltip=NO_TOOLTIP)
    )
    bars = alt.Chart(_bars(weights, places)).transform_filter(f"datum.query_position == {QUERY}")
    views = (*_marks(bars, x, y, size), names, titles.add_params(query))
    return layered(*views, height=round((last - first) * step))


def _bars(weights: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    rows = weights.drop(columns=["head"]).dropna(subset="weight").merge(places, on="model")
    rows = rows.assign(
        x=rows["left"] + START,
        x2=rows["left"] + START + (END - START) * (rows["weight"] / rows["most"]).clip(upper=1),
        y=rows["top"] + rows["key_position"] - 0.38,
        y2=rows["top"] + rows["key_position"] + 0.38,
        middle=rows["top"] + rows["key_position"],
        colour=np.where(rows["kind"] == "special", SPECIAL_COLOUR, rows["head"].map(head_colour)),
    )
    shown = ["query_position", "query", "key", "weight", "model", "x", "x2", "y", "y2", "middle", "colour"]
    return rows[shown]


def _marks(base: alt.Chart, x: alt.X, y: alt.Y, size: float) -> tuple[alt.Chart, alt.Chart]:
    bars = base.mark_rect().encode(
        x,
        y,
        alt.X2("x2:Q"),
        alt.Y2("y2:Q"),
        alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("model:N", title=_("model")),
            alt.Tooltip("query:N", title=_("from")),
            alt.Tooltip("key:N", title=_("to")),
            alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
        ],
    )
    numbers = base.mark_text(align="left", dx=4, fontSize=min(size, 12), color=WORD_COLOUR).encode(
        alt.X("x2:Q", scale=x["scale"], axis=None),
        alt.Y("middle:Q", scale=y["scale"], axis=None),
        text=alt.Text("weight:Q", format=".2f"),
    )
    return bars, numbers


def _strongest(weights: pd.DataFrame, panels: pd.DataFrame) -> int:
    """The word with the largest weight in the first model."""
    own = weights[(weights["model"] == panels["model"].iloc[0]) & (weights["kind"] == "weight")]
    return 0 if own["weight"].isna().all() else int(own.loc[own["weight"].idxmax(), "query_position"])


def _queries(words: pd.DataFrame) -> alt.BindRadioSelect:
    own = words[(words["panel"] == 0) & (words["side"] == "query")]
    return alt.binding_select(
        options=own["position"].tolist(),
        labels=[f"{text} ({position})" for position, text in own[["position", "text"]].itertuples(index=False)],
        name=_("From"),
    )
