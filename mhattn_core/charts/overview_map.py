"""All heads of several models side by side, on equal cells."""

import json
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import below, beside, independent, layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import FAINT, FAINT_OPACITY, MARK_COLOUR
from mhattn_core.locale import _

WIDTH, HEIGHT, TALLEST, SMALLEST = 18, 15, 300, 8
"""Pixels: of a cell, of the map where cells may shrink to fit, and the lowest that a cell becomes."""
WIDEST, AXIS, SPACING = 560, 34, 26
"""Pixels: of a row of models, of the numbers beside a grid, and between grids."""
SMALL = 5
"""Pixels of a cell of the models that stand beside for comparison."""
LEAST = 0.2
"""How full the emptiest coloured cell is, so that its colour can be told."""
MOST_IN_SVG = 2000
"""Marks; a canvas draws more of them faster."""
GAP = 0.04
"""Between cells, as a share of one: the page shows through, whether light or dark."""
EDGES = {
    "x0": f"datum.head + {GAP}",
    "x1": f"datum.head + 1 - {GAP}",
    "y0": f"datum.layer + {GAP}",
    "y1": f"datum.layer + 1 - {GAP}",
    "left": "datum.head + 0.5 - datum.side",
    "right": "datum.head + 0.5 + datum.side",
    "top": "datum.layer + 0.5 - datum.side",
    "bottom": "datum.layer + 0.5 + datum.side",
}
"""Of a cell, and of what is coloured in it."""
HOVERED = "hovered"


def overview_map(
    heads: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    without: pd.DataFrame | None = None,
    small: Sequence[str] = (),
    chosen: str = "",
    clicks: int = 0,
    narrow: bool = False,
) -> alt.HConcatChart | alt.VConcatChart:
    """A grid of layers down and heads across for each model, in the order in which they come.

    heads: model, layer, head, name (among all models), colour (a key of ``colours``; empty for a cell that stays grey),
    fill (0 to 1, how much of the cell is coloured; NaN for all of it), faint and outline (bool), partner (the name of
    its counterpart, empty for none), and for the tooltip says, effect and similar. colours: what each is called → its
    colour. without: model, layer of layers that do not attend, a dashed line each. small: models that are drawn small,
    below the model of fewest layers. chosen: the name of the head that is pinned. narrow: models below one another, for
    a screen that holds no two. A click picks a head (``picked``: name). What the pointer is on lights up with its
    counterpart, in whichever model that is.
    """
    side = 0.5 * heads["fill"].fillna(1.0).clip(LEAST, 1.0) ** 0.5  # area tells the share
    rows = heads.assign(clicks=clicks, side=side)
    silent = pd.DataFrame(columns=["model", "layer"]) if without is None else without
    by_model = {str(model): own for model, own in rows.groupby("model", sort=False)}
    every = pd.concat([heads[["model", "layer"]], silent[["model", "layer"]]])
    layers = {str(model): int(own.max()) + 1 for model, own in every.groupby("model", sort=False)["layer"]}
    grids = {model: (own, silent[silent["model"] == model], layers[model]) for model, own in by_model.items()}
    large = [model for model in by_model if model not in small] or list(by_model)
    height = max(SMALLEST, min(HEIGHT, TALLEST // max(layers[model] for model in large)))
    # A legend of nothing has no size, and then neither has the whole.
    legend_columns = 0 if (heads["colour"] == "").all() else 3 if narrow else 6
    columns: dict[str, alt.TopLevelMixin] = {
        model: _grid(*grids[model], colours, (WIDTH, height), chosen, legend_columns) for model in large
    }
    controls = [_grid(*grids[model], colours, (SMALL, SMALL), chosen, legend_columns, axes=False) for model in small]
    if controls:
        lowest = min(large, key=layers.__getitem__)
        pairs = [beside(*controls[start : start + 2], spacing=16) for start in range(0, len(controls), 2)]
        columns[lowest] = below(columns[lowest], *pairs, spacing=10)
    widths = [AXIS + WIDTH * (int(by_model[model]["head"].max()) + 1) for model in large]
    whole = _in_rows(list(columns.values()), widths, narrow=narrow)
    # A page counts marks only where no transform stands before them.
    whole.usermeta = {"embedOptions": {"renderer": "canvas" if 2 * len(rows) > MOST_IN_SVG else "svg"}}
    return whole


def _in_rows(grids: list[alt.TopLevelMixin], widths: list[int], *, narrow: bool) -> alt.HConcatChart | alt.VConcatChart:
    """Beside one another as far as they fit; below one another where the screen is narrow."""
    own = independent("x", "y")
    if narrow:
        return below(*grids, spacing=SPACING, resolve=own)
    rows: list[list[alt.TopLevelMixin]] = [[]]
    used = 0
    for grid, width in zip(grids, widths, strict=True):
        if rows[-1] and used + width > WIDEST:
            rows.append([])
            used = 0
        rows[-1].append(grid)
        used += width + SPACING
    lines = [beside(*row, spacing=SPACING, resolve=own) for row in rows]
    return lines[0] if len(lines) == 1 else below(*lines, spacing=SPACING, resolve=own)


def _grid(
    rows: pd.DataFrame,
    without: pd.DataFrame,
    layers: int,
    colours: Mapping[str, str],
    cell: tuple[int, int],
    chosen: str,
    legend_columns: int,
    *,
    axes: bool = True,
) -> alt.LayerChart:
    heads = int(rows["head"].max()) + 1
    base = alt.Chart()
    across = {
        "scale": alt.Scale(domain=[0, heads], nice=False),
        "axis": _axis(heads, _("head")) if axes else None,
    }
    down = {"scale": alt.Scale(domain=[layers, 0], nice=False), "axis": _axis(layers, _("layer")) if axes else None}
    whole = {"x": alt.X("x0:Q", **across), "x2": alt.X2("x1:Q"), "y": alt.Y("y0:Q", **down), "y2": alt.Y2("y1:Q")}
    inner = {
        "x": alt.X("left:Q", **across),
        "x2": alt.X2("right:Q"),
        "y": alt.Y("top:Q", **down),
        "y2": alt.Y2("bottom:Q"),
    }
    colour = alt.Color(
        "colour:N",
        title=None,
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=alt.Legend(orient="top", columns=legend_columns, symbolType="square", labelLimit=180, offset=2)
        if legend_columns
        else None,
    )
    lit = (
        f"datum.name === {json.dumps(chosen)} || ({HOVERED}.name && "
        f"(indexof({HOVERED}.name, datum.name) >= 0 || indexof({HOVERED}.name, datum.partner) >= 0))"
    )
    # All models share one selection: what is pointed at in one lights up in the others.
    marks = base.mark_rect(
        filled=True, fill="transparent", stroke=MARK_COLOUR, strokeWidth=3, cursor="pointer"
    ).add_params(
        alt.param(name=FAINT, value=FAINT_OPACITY),
        alt.selection_point(name=HOVERED, fields=["name"], on="pointerover", empty=False),
        alt.selection_point(name=PICKED, fields=["name", "clicks"], on="click", clear=False),
    )
    dashed = alt.Chart(
        without[["layer"]].assign(x0=0, x1=heads, y0=without["layer"] + 0.5, says=_("no attention in this layer"))
    ).mark_rule(color="#8c8c8c", strokeDash=[2, 3], opacity=0.7)
    silent = dashed.encode(
        alt.X("x0:Q", **across),
        alt.X2("x1"),
        alt.Y("y0:Q", **down),
        tooltip=[alt.Tooltip("layer:Q", title=_("layer")), alt.Tooltip("says:N", title=_("heads"))],
    )
    return layered(
        *([silent] if len(without) else []),
        base.mark_rect(color="#8c8c8c", fillOpacity=0.2).encode(**whole),
        base.transform_filter("datum.colour != ''")
        .mark_rect()
        .encode(
            **inner,
            color=colour,
            opacity=alt.OpacityValue(1, condition={"test": "datum.faint", "value": {"expr": FAINT}}),
        ),
        base.transform_filter("datum.outline")
        .mark_rect(filled=False, stroke="#8c8c8c", strokeWidth=0.8)
        .encode(**whole),
        marks.encode(
            **whole,
            strokeOpacity=alt.StrokeOpacityValue(0, condition={"test": lit, "value": 1}),
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("says:N", title=_("role")),
                alt.Tooltip("effect:Q", title=_("ablation effect"), format="+.3f"),
                alt.Tooltip("similar:N", title=_("most similar head")),
                alt.Tooltip("partner:N", title=_("counterpart")),
            ],
        ),
        data=rows,
        transform=alt.Chart().transform_calculate(**EDGES).transform,
        width=heads * cell[0],
        height=layers * cell[1],
        title=alt.Title(str(rows["model"].iloc[0]), fontSize=12 if axes else 9, anchor="start", offset=4),
    )


def _axis(count: int, title: str) -> alt.Axis:
    """Numbers in the middle of cells, about eight at most."""
    step = max(1, -(-count // 8))
    at = [number + 0.5 for number in range(0, count, step)]
    return alt.Axis(
        title=title,
        titlePadding=2,
        values=at,
        labelExpr="floor(datum.value)",
        grid=False,
        ticks=False,
        domain=False,
        labelPadding=2,
    )
