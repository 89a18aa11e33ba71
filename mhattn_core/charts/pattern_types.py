"""Types of patterns: of every head, and their shares by layer."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.head_grid import HEIGHT, HIGHEST_ROW
from mhattn_core.charts.theme import MARK_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import column, title_of

LOWEST_BAR, HIGHEST_BAR = 9, 18
LETTER = 11
"""Pixels of a letter, for which each row of the grid has room."""
# Okabe and Ito's palette again, and grey for what has no type.
TYPE_COLOURS = {
    "uniform": "#56B4E9",
    "sink": "#F0E442",
    "vertical": "#0072B2",
    "block": "#009E73",
    "diagonal": "#E69F00",
    "sparse": "#CC79A7",
    "heterogeneous": "#999999",
}


# As the types that are named by them.
PART_COLOURS = {
    "part.sink": TYPE_COLOURS["sink"],
    "part.even": TYPE_COLOURS["uniform"],
    "part.self": "#D55E00",
    "part.offset": TYPE_COLOURS["diagonal"],
    "part.column": TYPE_COLOURS["vertical"],
    "part.content": TYPE_COLOURS["sparse"],
}


def type_names() -> dict[str, str]:
    """What each type is called."""
    return {
        "uniform": _("uniform"),
        "sink": _("sink"),
        "vertical": _("vertical"),
        "block": _("block"),
        "diagonal": _("diagonal"),
        "sparse": _("sparse"),
        "heterogeneous": _("heterogeneous"),
    }


def type_grid(patterns: pd.DataFrame, *, chosen: tuple[int, int] | None = None, clicks: int = 0) -> alt.LayerChart:
    """The layer × head grid of one model and stack, coloured by type, a letter of the type's name in each cell; a click
    picks a head (``picked``).

    patterns: rows of ``patterns.parquet``. chosen: the head to frame. clicks: see ``head_grid``.
    """
    rows = _named(patterns).assign(clicks=clicks)
    axis = {"ticks": False, "domain": False}
    x = alt.X(
        "head:O", title=_("head"), axis=alt.Axis(orient="top", labelAngle=0, **axis), scale=alt.Scale(paddingInner=0.06)
    )
    y = alt.Y("layer:O", title=_("layer"), axis=alt.Axis(**axis), scale=alt.Scale(paddingInner=0.06))
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    layer, head = chosen or (-1, -1)
    tooltip = [
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("meaning:N", title=_("type")),
        alt.Tooltip("evidence:Q", title=column("patterns", "evidence").title, format=".2f"),
        alt.Tooltip("offset:Q", title=_("offset in words"), format="+d"),
        alt.Tooltip("n:Q", title="n", format=","),
    ]
    base = alt.Chart(rows).encode(x, y, tooltip=tooltip)
    cells = base.mark_rect(cursor="pointer", strokeWidth=3).encode(
        _colour(rows),
        stroke=alt.StrokeValue(
            "transparent", condition={"test": f"datum.layer == {layer} && datum.head == {head}", "value": MARK_COLOUR}
        ),
    )
    # The one dark colour.
    readable = alt.ColorValue("black", condition={"test": "datum.type == 'vertical'", "value": "white"})
    letters = base.mark_text(fontSize=LETTER).encode(color=readable, text=alt.Text("letter:N"))
    height = min(HIGHEST_ROW, max(LETTER + 2, HEIGHT // max(1, rows["layer"].nunique())))
    return layered(cells.add_params(pick), letters, height=alt.Step(height))


def type_shares(patterns: pd.DataFrame) -> alt.Chart:
    """One bar a layer of one model and stack: which share of its heads has which type. patterns: rows of
    ``patterns.parquet``.
    """
    rows = _named(patterns).groupby(["layer", "type", "meaning", "place"], as_index=False).agg(heads=("head", "size"))
    rows["share"] = rows["heads"] / rows.groupby("layer")["heads"].transform("sum")
    tooltip = [
        alt.Tooltip("layer:O", title=_("layer")),
        alt.Tooltip("meaning:N", title=_("type")),
        alt.Tooltip("heads:Q", title=_("heads")),
        alt.Tooltip("share:Q", title=_("share"), format=".0%"),
    ]
    return _bars(rows, _colour(rows), _("share of the layer's heads"), tooltip)


def weight_parts(patterns: pd.DataFrame) -> alt.Chart:
    """One bar a layer of one model and stack: the mean part of its heads' weight that goes to each. patterns: rows of
    ``patterns.parquet`` with its columns of parts; those that a cross stack has not are 0.
    """
    titles = {name: title_of(name) for name in PART_COLOURS if name in patterns}
    means = patterns.groupby("layer")[list(titles)].mean().fillna(0.0).reset_index()
    rows = means.melt("layer", var_name="part", value_name="share")
    rows = rows.assign(meaning=rows["part"].map(titles), place=rows["part"].map(list(titles).index))
    scale = alt.Scale(domain=list(titles.values()), range=[PART_COLOURS[name] for name in titles])
    colour = alt.Color("meaning:N", scale=scale, legend=alt.Legend(title=None, orient="bottom", columns=2))
    tooltip = [
        alt.Tooltip("layer:O", title=_("layer")),
        alt.Tooltip("meaning:N", title=_("part of the weight")),
        alt.Tooltip("share:Q", title=_("share"), format=".1%"),
    ]
    return _bars(rows, colour, _("mean share of the heads' weight"), tooltip)


def _bars(rows: pd.DataFrame, colour: alt.Color, title: str, tooltip: list[alt.Tooltip]) -> alt.Chart:
    """A bar a layer, in parts that sum to one. rows: layer, share, meaning, and place: where a part stands in its
    bar.
    """
    step = min(HIGHEST_BAR, max(LOWEST_BAR, HEIGHT // max(1, rows["layer"].nunique())))
    share = alt.X("share:Q", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]), title=title)
    layer = alt.Y("layer:O", title=_("layer"), axis=alt.Axis(ticks=False, domain=False))
    bars = alt.Chart(rows, height=alt.Step(step)).mark_bar()
    return bars.encode(share, layer, colour, alt.Order("place:Q"), tooltip=tooltip)


def _named(patterns: pd.DataFrame) -> pd.DataFrame:
    names = type_names()
    meaning = patterns["type"].map(names)
    order = {type_: place for place, type_ in enumerate(names)}
    return patterns.assign(
        name=head_names(patterns),
        meaning=meaning,
        letter=patterns["type"].map(_letters(names)),
        place=patterns["type"].map(order),
    )


def _letters(names: Mapping[str, str]) -> dict[str, str]:
    """By type the first letter of its name that no type before it has taken."""
    letters: dict[str, str] = {}
    for type_, name in names.items():
        letters[type_] = next(letter for letter in name if letter not in letters.values())
    return letters


def _colour(rows: pd.DataFrame) -> alt.Color:
    here = [(name, TYPE_COLOURS[type_]) for type_, name in type_names().items() if (rows["type"] == type_).any()]
    scale = alt.Scale(domain=[name for name, _colour in here], range=[colour for _name, colour in here])
    return alt.Color("meaning:N", scale=scale, legend=alt.Legend(title=None, orient="bottom", columns=3))
