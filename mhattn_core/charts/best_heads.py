"""The best head of each relation, with what it has to beat, on one axis."""

import json
from collections.abc import Mapping

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import independent, layered
from mhattn_core.charts.distributions import SHAPES
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import SPECIAL_COLOUR, TEXT_COLOUR, model_colours
from mhattn_core.charts.to_beat import to_beat
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.roles.verdicts import rule_words

BAND, NARROW_BAND, BAR = 13, 27, 7
"""Heights in pixels: of one model's line within a relation, where words stand beside and where above; of its bar."""
ABOVE = -10
"""Where a line's words stand above it, in pixels from its middle."""
FOUND = ("specialist", "pattern specialist")


def verdict_names() -> dict[str, str]:
    """The closed list of verdicts in the language of this thread."""
    return {
        "specialist": _("specialist"),
        "pattern specialist": _("attention specialist (effect not shown)"),
        "nearest-class head": _("nearest-class head"),
        "small gain": _("small gain"),
        "shared role": _("shared role"),
        "no counterpart": _("no counterpart"),
        "no evidence": _("no evidence"),
        "insufficient data": _("insufficient data"),
        "not measurable": _("not measurable"),
    }


def best_heads(
    relations: pd.DataFrame, labels: Mapping[str, str], *, chosen: str = "", clicks: int = 0, narrow: bool = False
) -> alt.LayerChart:
    """A line a relation and model: the best head's held-out score with the interval of its gain, and in words the head,
    its verdict and n; a grey bar up to the best fixed offset, and marks at what else it has to beat (``to_beat``). A
    click picks a head (``picked``: model, relation, layer, head).

    relations: rows of ``relations.parquet`` of one score and direction, in the order in which they are to stand.
    labels: what each relation
    is called. chosen: the relation to mark. A filled mark has a verdict in its favour, a hollow one has not. Rows
    without a score are left
    out. clicks: see ``head_grid``. narrow: what each line is stands above it, and not at the left and right of it.
    """
    scored = relations.dropna(subset="held_out").astype({"layer": int, "head": int})
    names, verdicts = head_names(scored), scored["verdict"].map(verdict_names())
    label = scored["relation"].map(labels)
    # There is no room for what a bracket adds, nor for n.
    short = verdicts.str.replace(r"\s*[(（].*", "", regex=True)
    number = "n " + scored["n"].map("{:,}".format)
    parts = [label, names, short] if narrow else [names, verdicts, number]
    rows = scored.assign(
        name=names,
        verdict=verdicts,
        label=label,
        said=[" · ".join(line) for line in zip(*parts, strict=True)],
        found=scored["verdict"].isin(FOUND),
        rule=[rule_words(row) for row in scored.to_dict("records")],
        bottom=scored["held_out"] - scored["gain"] + scored["low"],
        top=scored["held_out"] - scored["gain"] + scored["high"],
        clicks=clicks,
    )
    models = list(dict.fromkeys(rows["model"]))
    axis = alt.Axis(
        ticks=False,
        domain=False,
        grid=False,
        labels=not narrow,
        labelLimit=190,
        labelExpr=f"{json.dumps(dict(labels))}[datum.value] || datum.value",
        labelFontWeight=alt.expr(f"datum.value == {json.dumps(chosen)} ? 'bold' : 'normal'"),
    )
    y = alt.Y(
        "relation:N",
        sort=list(dict.fromkeys(rows["relation"])),
        title=None,
        axis=axis,
        scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1),
    )
    line = alt.YOffset("model:N", sort=models)
    x = alt.X(
        "held_out:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%"),
        title=_("right answers, held out") if narrow else _("right answers on held-out sentences"),
    )
    legend = alt.Legend(
        title=None, orient="top", columns=1 if narrow else min(len(models), 2), labelLimit=140, offset=6
    )
    colour = alt.Color("model:N", scale=alt.Scale(domain=models, range=model_colours(models)), legend=legend)
    shapes = [SHAPES[place % len(SHAPES)] for place in range(len(models))]
    shape = alt.Shape("model:N", scale=alt.Scale(domain=models, range=shapes), legend=legend)
    tooltip = _tooltip()
    base = alt.Chart(rows).encode(y, line, tooltip=tooltip)
    pick = alt.selection_point(
        name=PICKED, fields=["model", "relation", "layer", "head", "clicks"], on="click", clear=False
    )
    heads = layered(
        base.mark_bar(color=SPECIAL_COLOUR, opacity=0.35, height=BAR).encode(alt.X("baseline:Q")),
        base.mark_rule(strokeWidth=2).encode(alt.X("bottom:Q"), alt.X2("top:Q"), colour),
        base.transform_filter("datum.found").mark_point(size=70, filled=True, opacity=1).encode(x, colour, shape),
        base.mark_point(size=70, strokeWidth=2, opacity=1, fill="transparent", cursor="pointer")
        .encode(x, colour, shape)
        .add_params(pick),
        # Grey can be read on a light page and on a dark one.
        base.mark_text(
            align="left", dx=2 if narrow else 8, dy=ABOVE if narrow else 0, fontSize=11, color=TEXT_COLOUR
        ).encode(alt.XValue(0 if narrow else "width"), text=alt.Text("said:N")),
    )
    return layered(
        heads,
        to_beat(rows, y, line, tooltip=tooltip, columns=2 if narrow else 4 if len(models) < 3 else 1),
        resolve=independent("color", "shape"),
        height=alt.Step(NARROW_BAND if narrow else BAND),
    )


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=_("relation")),
        alt.Tooltip("model:N", title=_("model")),
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("held_out:Q", title=_("held out"), format=".1%"),
        alt.Tooltip("baseline:Q", title=_("best fixed offset"), format=".1%"),
        alt.Tooltip("offset:Q", title=_("that offset, in words"), format="+d"),
        alt.Tooltip("class_rule:Q", title=_("best class rule"), format=".1%"),
        alt.Tooltip("rule:N", title=_("that rule")),
        alt.Tooltip("gain:Q", title=_("gain"), format="+.1%"),
        alt.Tooltip("low:Q", title=_("gain from"), format="+.1%"),
        alt.Tooltip("high:Q", title=_("gain to"), format="+.1%"),
        alt.Tooltip("control:Q", title=_("negative control"), format=".1%"),
        alt.Tooltip("selectivity_low:Q", title=_("selectivity from"), format="+.1%"),
        alt.Tooltip("word_mass:Q", title=_("attention to words"), format=".0%"),
        alt.Tooltip("random95:Q", title=_("random weights, bound on the best of all heads, 95 %"), format=".1%"),
        alt.Tooltip("shuffled95:Q", title=_("shuffled weights, bound on the best of all heads, 95 %"), format=".1%"),
        alt.Tooltip("shuffle:Q", title=_("shuffled answers"), format=".1%"),
        alt.Tooltip("wins:Q", title=_("wins, share of 50 splits"), format=".0%"),
        alt.Tooltip("n:Q", title="n", format=","),
        alt.Tooltip("verdict:N", title=_("verdict")),
    ]
