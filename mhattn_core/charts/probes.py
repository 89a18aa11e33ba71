"""What can be read off a head's vectors: accuracy beside its controls."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR
from mhattn_core.locale import _

BAR = "#0072B2"


def probes(table: pd.DataFrame) -> alt.LayerChart:
    """A bar a vector and task. table: name, accuracy, low, high, control, input, place, majority, n, and form where the
    run has asked it.
    """
    has_form = "form" in table and bool(table["form"].notna().any())
    marks = ["name", "accuracy", "low", "high", "control", "input", "place", "majority", "n", *(["form"] * has_form)]
    base = alt.Chart(table[marks]).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=230)),
        tooltip=[
            alt.Tooltip("name:N"),
            *(
                alt.Tooltip(f"{field}:Q", title=title, format=".1%")
                for field, title in (
                    ("accuracy", _("accuracy")),
                    ("low", _("interval from")),
                    ("high", _("interval to")),
                    ("control", _("control task")),
                    *([("form", _("lookup of word forms"))] if has_form else []),
                    ("input", _("random directions of the input")),
                    ("place", _("place in the sentence alone")),
                    ("majority", _("most frequent answer")),
                )
            ),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    x = alt.X("accuracy:Q", scale=alt.Scale(domain=[0, 1]), title=_("held-out accuracy"), axis=alt.Axis(format="%"))
    return layered(
        base.mark_bar(color=BAR, height=12).encode(x),
        base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high")),
        base.mark_tick(color=MARK_COLOUR, thickness=3, height=18).encode(alt.X("control:Q")),
        base.mark_tick(color=SPECIAL_COLOUR, thickness=3, height=18).encode(alt.X("majority:Q")),
        base.mark_point(color=SPECIAL_COLOUR, filled=False, size=70, strokeWidth=2).encode(alt.X("input:Q")),
        *(
            [base.mark_point(shape="diamond", color=MARK_COLOUR, filled=True, size=80).encode(alt.X("form:Q"))]
            * has_form
        ),
        height=alt.Step(26),
    )
