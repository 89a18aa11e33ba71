"""The heads of two models side by side, with lines between counterparts."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, TEXT_COLOUR
from mhattn_core.heads import head_names, layer_name
from mhattn_core.locale import _

SHARED_COLOUR = "#26828e"
GAP = 7
"""Between the two grids, in widths of a head."""
HEIGHT = 330
SLANT = 0.5
"""How far a layer slants, as a share of the height between two."""
LABELLED = 15
"""Layers named on a side, at most."""
SIDES = ("a", "b")


def matched_heads(
    matches: pd.DataFrame, heads: pd.DataFrame, *, title: str, chosen: int | None = None, clicks: int = 0
) -> alt.LayerChart:
    """Two grids, the first layers on top and the last below whatever their number; a thick line joins a shared role, a
    faint one any other pair of the assignment. A click on a head picks the pair (selection ``picked``: pair).

    matches: pair (a number), layer_a, head_a, layer_b, head_b, name_a, name_b, shared (bool), verdict (in words), cost,
    null95, stability, and those
    without a partner left out. heads: side (``a``, ``b``), model, layer, head: all heads. title: what the cost is.
    chosen: the pair to mark.
    """
    places = _places(heads)
    ends = {side: places[places["side"] == side].set_index(["layer", "head"])[["x", "y"]] for side in SIDES}
    table = matches.assign(clicks=clicks)
    for side, (x, y) in zip(SIDES, (("x", "y"), ("x2", "y2")), strict=True):
        at = ends[side].loc[pd.MultiIndex.from_frame(table[[f"layer_{side}", f"head_{side}"]].astype(int))]
        table[x], table[y] = at["x"].to_numpy(), at["y"].to_numpy()
    width = float(places["x"].max())
    axis_x = alt.X("x:Q", scale=alt.Scale(domain=[-2.5, width + 2.5], nice=False), axis=None)
    axis_y = alt.Y("y:Q", scale=alt.Scale(domain=[-0.14, 1.08], nice=False, reverse=True), axis=None)
    line = {"y": axis_y, "x": axis_x, "x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q"), "tooltip": _tooltips(title)}
    layers = [
        alt.Chart(table[~table["shared"]]).mark_rule(color=SPECIAL_COLOUR, opacity=0.16).encode(**line),
        alt.Chart(table[table["shared"]]).mark_rule(color=SHARED_COLOUR, strokeWidth=2.2, opacity=0.9).encode(**line),
        alt.Chart(table[table["pair"] == chosen]).mark_rule(color=MARK_COLOUR, strokeWidth=3.5).encode(**line),
        _alone(places, table, axis_x, axis_y),
        *(_marks(table, side, axis_x, axis_y, title) for side in SIDES),
        _layer_names(places, axis_x, axis_y),
        _model_names(places, axis_x, axis_y),
    ]
    return layered(*layers, height=HEIGHT)


def _places(heads: pd.DataFrame) -> pd.DataFrame:
    """x in widths of a head, y from 0 (first layer) to 1 (last); a layer slants, or a line within it would run through
    its heads.
    """
    first = heads.loc[heads["side"] == "a", "head"].max() + 1
    depth, last = (heads.groupby("side")[axis].transform("max").clip(lower=1) for axis in ("layer", "head"))
    slant = SLANT * (heads["head"] / last - 0.5) / (depth + 1) * heads["side"].map({"a": 1, "b": -1})
    return heads.assign(x=heads["head"] + (heads["side"] == "b") * (first + GAP), y=heads["layer"] / depth + slant)


def _marks(table: pd.DataFrame, side: str, x: alt.X, y: alt.Y, title: str) -> alt.Chart:
    rows = table.assign(x=table["x2"], y=table["y2"]) if side == "b" else table
    pick = alt.selection_point(
        name=PICKED if side == "a" else f"{PICKED}_b", fields=["pair", "clicks"], on="click", clear=False
    )
    return (
        alt.Chart(rows)
        .mark_point(shape="square", size=70, strokeWidth=1.5, cursor="pointer", opacity=1)
        .encode(
            x,
            y,
            stroke=alt.StrokeValue(SPECIAL_COLOUR, condition={"test": "datum.shared", "value": SHARED_COLOUR}),
            fill=alt.FillValue("transparent", condition={"test": "datum.shared", "value": SHARED_COLOUR}),
            tooltip=_tooltips(title),
        )
        .add_params(pick)
    )


def _alone(places: pd.DataFrame, table: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    """Heads that the assignment leaves without a partner."""
    partnered = {
        (side, int(layer), int(head))
        for side in SIDES
        for layer, head in table[[f"layer_{side}", f"head_{side}"]].itertuples(index=False)
    }
    alone = [key not in partnered for key in places[["side", "layer", "head"]].itertuples(index=False, name=None)]
    rows = places[alone].assign(name=head_names)
    return (
        alt.Chart(rows)
        .mark_point(shape="square", size=18, color=SPECIAL_COLOUR, opacity=0.5)
        .encode(x, y, tooltip=[alt.Tooltip("model:N", title=_("model")), alt.Tooltip("name:N", title=_("head"))])
    )


def _layer_names(places: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    rows = places.drop_duplicates(["side", "layer"])
    step = rows.groupby("side")["layer"].transform("max") // LABELLED + 1
    rows = rows[rows["layer"] % step == 0]
    ends = {
        "a": places.loc[places["side"] == "a", "x"].min() - 1,
        "b": places.loc[places["side"] == "b", "x"].max() + 1,
    }
    # At the height of the outermost head of its layer.
    outer = places.sort_values("x", key=lambda x: x.where(places["side"] == "a", -x)).drop_duplicates(["side", "layer"])
    rows = rows.drop(columns="y").merge(outer[["side", "layer", "y"]], on=["side", "layer"])
    rows = rows.assign(x=rows["side"].map(ends), name=rows["layer"].map(layer_name))
    return alt.Chart(rows).mark_text(color=TEXT_COLOUR, fontSize=10).encode(x, y, text=alt.Text("name:N"))


def _model_names(places: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.LayerChart:
    rows = places.groupby("side").agg(model=("model", "first"), x=("x", "mean")).reset_index().assign(y=-0.12)
    texts = [
        alt.Chart(row.to_frame().T.infer_objects())
        .mark_text(fontSize=13, fontWeight="bold", color=TEXT_COLOUR)
        .encode(x, y, text=alt.Text("model:N"))
        for _place, row in rows.iterrows()
    ]
    return layered(*texts)


def _tooltips(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name_a:N", title=_("head")),
        alt.Tooltip("name_b:N", title=_("its match")),
        alt.Tooltip("verdict:N", title=_("verdict")),
        alt.Tooltip("cost:Q", title=title, format=".3f"),
        alt.Tooltip("null95:Q", title=_("nearest of no model, 5 %"), format=".3f"),
        alt.Tooltip("stability:Q", title=_("same match in resamples"), format=".0%"),
    ]
