"""Needles in haystacks: what is found by length and depth, and without heads."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME, MARK_COLOUR, SPECIAL_COLOUR
from mhattn_core.locale import _

STEP = 34


def haystack(cells: pd.DataFrame) -> alt.LayerChart:
    """A column a length, a line a depth. cells: length, depth, recall (0 to 1), n."""
    base = alt.Chart(cells).encode(
        alt.X("length:O", title=_("tokens"), axis=alt.Axis(labelAngle=0, format=",")),
        alt.Y("depth:O", title=_("depth of the needle"), axis=alt.Axis(format=".0%")),
        tooltip=[
            alt.Tooltip("length:Q", title=_("tokens"), format=","),
            alt.Tooltip("depth:Q", title=_("depth of the needle"), format=".0%"),
            alt.Tooltip("recall:Q", title=_("words of the needle written"), format=".0%"),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    colour = alt.Color(
        "recall:Q",
        title=_("words of the needle written"),
        scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, 1]),
        legend=alt.Legend(format=".0%", gradientLength=120),
    )
    text = base.mark_text(fontSize=11).encode(
        text=alt.Text("recall:Q", format=".0%"),
        color=alt.ColorValue("white", condition={"test": "datum.recall > 0.6", "value": "black"}),
    )
    return layered(base.mark_rect().encode(colour), text, height=alt.Step(STEP))


def masked_retrieval(rows: pd.DataFrame) -> alt.LayerChart:
    """The recall by how many heads are off: those that score most and random ones; all heads on as a dashed
    line. rows: of ``retrieval_masking.parquet`` of one model and language.
    """
    names = {"top": _("heads that look up most"), "random": _("random heads")}
    named = rows.assign(which=rows["masked"].map(names))
    base = alt.Chart(named).encode(
        alt.X("heads:Q", title=_("heads masked"), axis=alt.Axis(tickMinStep=1, format="d")),
        alt.Y(
            "recall:Q",
            title=_("words of the needle written"),
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%"),
        ),
        alt.Color(
            "which:N",
            title=None,
            scale=alt.Scale(domain=list(names.values()), range=[MARK_COLOUR, SPECIAL_COLOUR]),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            alt.Tooltip("which:N", title=_("heads masked")),
            alt.Tooltip("heads:Q", title=_("heads")),
            alt.Tooltip("recall:Q", title=_("words of the needle written"), format=".0%"),
        ],
    )
    intact = alt.Chart(named.head(1)).mark_rule(strokeDash=[4, 3], color=SPECIAL_COLOUR).encode(alt.Y("intact:Q"))
    return layered(intact, base.mark_point(filled=True, size=70, opacity=0.9))
