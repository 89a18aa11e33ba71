"""Lines between the words of two sentences."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import SPECIAL_COLOUR, TEXT_COLOUR
from mhattn_core.locale import _

STEP = 26
"""Height of a word, in pixels."""
FAINTEST = 0.05
"""Weights below this leave no line."""
COLOURS = {"link": "#0072B2", "right": "#009E73", "wrong": "#D55E00", "missed": SPECIAL_COLOUR}
DASHES = {"link": [1, 0], "right": [1, 0], "wrong": [6, 3], "missed": [2, 3]}


def lines(table: pd.DataFrame) -> alt.LayerChart:
    """Source words on the left, target words on the right, a line for each link, and faint ones for weights that are
    none.

    table: a row for each pair of words with source, source_position, target, target_position, weight, and kind:
    ``link`` (no gold is known), ``right``, ``wrong``, ``missed`` (gold that the head does not tie), or ``none``. Colour
    and dash say the same.
    """
    names = {"link": _("link"), "right": _("as in gold"), "wrong": _("not in gold"), "missed": _("missed")}
    sources, targets = (_places(table, side) for side in ("source", "target"))
    placed = table.assign(
        left=(table["source_position"] + 0.5) / len(sources),
        right=(table["target_position"] + 0.5) / len(targets),
        start=0.0,
        end=1.0,
    )
    y = alt.Y("left:Q", scale=alt.Scale(domain=[0, 1], reverse=True), axis=None)
    x = alt.X("start:Q", scale=alt.Scale(domain=[-0.7, 1.7]), axis=None)
    base = alt.Chart(placed).encode(x, y, alt.X2("end:Q"), alt.Y2("right:Q"), tooltip=_tooltips())
    faint = base.transform_filter(f"datum.kind == 'none' && datum.weight >= {FAINTEST}").mark_rule(color=SPECIAL_COLOUR)
    shown = [kind for kind in names if (table["kind"] == kind).any()]
    ties = base.transform_filter(alt.FieldOneOfPredicate("kind", shown)).mark_rule(strokeWidth=2.5)
    labelled = placed[placed["kind"].isin(shown)].assign(meaning=lambda rows: rows["kind"].map(names))
    scale = {"domain": [names[kind] for kind in shown]}
    legend = alt.Legend(orient="bottom", symbolType="stroke", symbolSize=400) if shown != ["link"] else None
    ties.data = labelled
    ties = ties.encode(
        alt.Color(
            "meaning:N", scale=alt.Scale(range=[COLOURS[kind] for kind in shown], **scale), legend=legend, title=None
        ),
        alt.StrokeDash(
            "meaning:N", scale=alt.Scale(range=[DASHES[kind] for kind in shown], **scale), legend=legend, title=None
        ),
    )
    words = [_words(sources, -0.04, "right"), _words(targets, 1.04, "left")]
    opacity = alt.Opacity("weight:Q", scale=alt.Scale(domain=[0, 1], range=[0.1, 0.9]), legend=None)
    return layered(faint.encode(opacity), ties, *words, height=30 + STEP * max(len(sources), len(targets)))


def _places(table: pd.DataFrame, side: str) -> pd.DataFrame:
    words = table.drop_duplicates(f"{side}_position").sort_values(f"{side}_position")
    return words.assign(text=words[side], place=(words[f"{side}_position"] + 0.5) / len(words))[["text", "place"]]


def _words(words: pd.DataFrame, at: float, align: str) -> alt.Chart:
    # Grey can be read on a light page and on a dark one.
    return (
        alt.Chart(words.rename(columns={"place": "left"}).assign(start=at))
        .mark_text(align=align, fontSize=14, color=TEXT_COLOUR)
        .encode(alt.X("start:Q"), alt.Y("left:Q"), text=alt.Text("text:N"))
    )


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("target:N", title=_("target word")),
        alt.Tooltip("source:N", title=_("source word")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
    ]
