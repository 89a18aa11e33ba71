"""What one head of each model looks at: lines from the words that attend to the words attended to."""

from typing import Any

import altair as alt
import pandas as pd

from mhattn_core.attention.line_tables import MEAN
from mhattn_core.charts.attention_drawn import NO_TOOLTIP, Drawn, head_colour
from mhattn_core.charts.attention_layout import FROM, LEFT, Layout, letters
from mhattn_core.charts.attention_params import (
    BLOCK,
    CHIPS,
    HEADS,
    LAYER,
    SHOW,
    WORD,
    WORDS,
    attention_params,
    shown_blocks,
    word_places,
)
from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import HEAD_COLOURS, SPECIAL_COLOUR, WORD_COLOUR
from mhattn_core.heads import head_expression, layer_expression
from mhattn_core.locale import _


def attention_lines(drawn: Drawn, *, rows: bool = False, narrow: bool = False) -> alt.LayerChart:
    """Words that attend at the left, words attended to at the right, a line for each weight, models side by side; a
    word that is pointed at, or chosen in the box, shows its lines in every model.

    rows: words stand in two rows instead of two columns, models one below another. narrow: models one below another,
    and only the chosen head's layer.

    Boxes beside the chart, which ask no server: word, layer, one head or all or their mean, block.
    """
    lines = _of_chosen_layers(drawn) if narrow else drawn.lines
    layout = Layout.of(drawn, rows=rows, stacked=rows or narrow)
    params = attention_params(drawn, one_layer=narrow)
    return layered(
        _borders(drawn.words, layout).add_params(*(params[name] for name in (SHOW, LAYER, BLOCK) if name in params)),
        _lines(lines, layout, drawn, one_layer=narrow),
        *_words(drawn.words, layout, params[WORD]),
        _titles(layout, drawn, one_layer=narrow),
        *_heads(lines, layout, params[HEADS]),
        height=layout.height,
    )


def _in_layer(drawn: Drawn, *, one_layer: bool) -> str:
    """The layer that a model shows, as an expression; of models of other depth that at the same relative depth."""
    if one_layer:
        return "datum.at_layer"
    last = max(1, int(drawn.panels["layers"].iloc[0]) - 1)
    return f"({LAYER} < 0 ? datum.at_layer : round({LAYER} * (datum.layers - 1) / {last}))"


def _lines(lines: pd.DataFrame, layout: Layout, drawn: Drawn, *, one_layer: bool) -> alt.Chart:
    panels = layout.panels.rename(columns={"layer": "at_layer", "head": "at_head"})
    known = ["at_layer", "at_head", "layers", "left", "top", "most", "model"]
    head = (
        f"({SHOW} == 'head' ? datum.head == datum.at_head : {SHOW} == 'mean' ? datum.head == {MEAN} : "
        f"datum.head != {MEAN})"
    )
    pointed = f"{WORD}.place"
    word = (
        f"(isValid({pointed}) ? datum.query_position + 1 == {pointed}[0] || datum.key_position + 1 == -{pointed}[0] "
        ": !datum.special)"
    )
    conditions = [f"datum.layer == {_in_layer(drawn, one_layer=one_layer)}", head, word]
    if shown_blocks(drawn):
        conditions.append(f"({BLOCK} == '' || datum.block == {BLOCK})")
    labels = drawn.words.pivot(index=["panel", "position"], columns="side", values="text").reset_index()
    heads = sorted(set(lines["head"]) - {MEAN})
    return (
        alt.Chart(lines)
        .transform_lookup("panel", alt.LookupData(panels, "panel", known))
        .transform_filter(" && ".join(conditions))
        .transform_calculate(number="'' + datum.head")
        .transform_filter({"or": [f"{SHOW} != 'all'", {"param": HEADS}]})
        .transform_calculate(
            **layout.line_ends(),
            share="min(1, datum.weight / datum.most)",
            at="datum.panel * 1000 + datum.query_position",
            to="datum.panel * 1000 + datum.key_position",
            name=f"datum.model + ' · ' + (datum.head == {MEAN} ? {layer_expression('datum.layer')} : "
            f"{head_expression('datum.layer', 'datum.head')})",
        )
        .transform_lookup("at", alt.LookupData(_labels(labels, "query"), "at", ["query"]))
        .transform_lookup("to", alt.LookupData(_labels(labels, "key"), "to", ["key"]))
        .transform_calculate(
            says="datum.name + ': ' + datum.query + ' → ' + datum.key + ' ' + format(datum.weight, '.2f')"
        )
        .mark_rule(strokeCap="round")
        .encode(
            layout.x,
            layout.y,
            alt.X2("x2:Q"),
            alt.Y2("y2:Q"),
            alt.StrokeWidth("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.4, 7]), legend=None),
            alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.25, 0.9]), legend=None),
            alt.Color(
                "head:N",
                scale=alt.Scale(domain=[MEAN, *heads], range=[HEAD_COLOURS[0], *map(head_colour, heads)]),
                legend=None,
            ),
            description=alt.Description("says:N"),
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("query:N", title=_("from")),
                alt.Tooltip("key:N", title=_("to")),
                alt.Tooltip("weight:Q", title=_("weight"), format=".2f"),
            ],
        )
    )


def _labels(words: pd.DataFrame, side: str) -> pd.DataFrame:
    key = "at" if side == "query" else "to"
    return words.assign(**{key: words["panel"] * 1000 + words["position"]})[[key, side]].dropna()


def _words(words: pd.DataFrame, layout: Layout, pointed: alt.Parameter) -> list[alt.Chart]:
    placed = layout.placed(words).assign(place=word_places)
    base = alt.Chart(placed)
    # Above the words, which would catch the pointer.
    boxes = (
        base.mark_rect(cursor="pointer", color=SPECIAL_COLOUR)
        .encode(
            alt.X("x1:Q", scale=layout.x["scale"], axis=None),
            alt.Y("y1:Q", scale=layout.y["scale"], axis=None),
            alt.X2("x2:Q"),
            alt.Y2("y2:Q"),
            opacity=alt.OpacityValue(0, condition={"param": WORD, "empty": False, "value": 0.28}),
            tooltip=NO_TOOLTIP,
        )
        .properties(name=WORDS)
        .add_params(pointed)
    )
    size = 14 if layout.rows else max(8.5, min(14, 0.78 * layout.step))
    longest = max(1.0, max(map(letters, placed["text"])))
    options: dict[str, Any] = {"fontSize": size, "color": WORD_COLOUR, "baseline": "middle"}
    if layout.rows:
        options |= {"fontSize": alt.expr(f"max(8, min({size}, width / {layout.width * longest}))")}
        return [_texts(base, layout, options, "center"), boxes]
    options["limit"] = alt.expr(f"{FROM - LEFT} * width / {layout.width}")
    queries, keys = (base.transform_filter(f"datum.side == '{side}'") for side in ("query", "key"))
    return [
        _texts(queries, layout, options | {"dx": -3}, "right"),
        _texts(keys, layout, options | {"dx": 3}, "left"),
        boxes,
    ]


def _texts(base: alt.Chart, layout: Layout, options: dict[str, Any], align: str) -> alt.Chart:
    return base.mark_text(align=align, **options).encode(
        layout.x,
        layout.y,
        text=alt.Text("text:N"),
        opacity=alt.OpacityValue(1, condition={"test": "datum.special", "value": 0.7}),
        tooltip=NO_TOOLTIP,
    )


def _titles(layout: Layout, drawn: Drawn, *, one_layer: bool) -> alt.Chart:
    panels = layout.panels.rename(columns={"layer": "at_layer", "head": "at_head"})
    if layout.rows:
        panels = panels.assign(x=-0.5, y=panels["top"] + 0.1)
    else:
        panels = panels.assign(x=panels["left"] + 0.5, y=panels["top"] - 0.5 - layout.line / 2)
    layer = _in_layer(drawn, one_layer=one_layer)
    return (
        alt.Chart(panels)
        .transform_calculate(
            title=f"datum.model + ' · ' + ({SHOW} == 'head' ? {head_expression(layer, 'datum.at_head')} : "
            f"{layer_expression(layer)} + ({SHOW} == 'mean' ? {_quoted(_('mean'))} : ''))"
        )
        .mark_text(
            align="left" if layout.rows else "center",
            fontSize=13,
            fontWeight="bold",
            color=WORD_COLOUR,
            limit=alt.expr(f"width / {1 if layout.rows else layout.width}"),
        )
        .encode(layout.x, layout.y, text=alt.Text("title:N"), tooltip=NO_TOOLTIP)
    )


def _quoted(word: str) -> str:
    return "', " + word.replace("\\", "").replace("'", "’") + "'"


def _heads(lines: pd.DataFrame, layout: Layout, heads: alt.Parameter) -> list[alt.Chart]:
    """Which colour is which head, where several are laid over one another; a click takes one alone, or adds it."""
    numbers = sorted(set(lines["head"]) - {MEAN})
    across = layout.width - 0.2 if layout.rows else layout.width
    # As text: a page hands whole numbers of a table and those of a text over as different kinds.
    chips = pd.DataFrame({"number": list(map(str, numbers))})
    chips = chips.assign(
        name=[f"H{head}" for head in numbers],
        colour=[head_colour(head) for head in numbers],
        x=(chips.index + 0.5) / len(chips) * across - (0.5 if layout.rows else 0),
        y=layout.extent[0] + layout.line / 2,
    )
    shown = f"{SHOW} == 'all'"
    base = (
        alt.Chart(chips)
        .transform_filter(shown)
        .encode(layout.x, layout.y, opacity=alt.OpacityValue(0.25, condition={"param": HEADS, "value": 1}))
    )
    squares = (
        base.mark_point(shape="square", filled=True, size=110, cursor="pointer", xOffset=-12)
        .encode(color=alt.Color("colour:N", scale=None), tooltip=NO_TOOLTIP)
        .properties(name=CHIPS)
        .add_params(heads)
    )
    names = base.mark_text(align="left", dx=-4, fontSize=11, color=WORD_COLOUR).encode(text=alt.Text("name:N"))
    return [squares, names]


def _borders(words: pd.DataFrame, layout: Layout) -> alt.Chart:
    """Between the two sentences, where both stand on one axis."""
    first = words[words["part"] == "b"].groupby(["panel", "side"], as_index=False)["position"].min()
    both = words.loc[words["part"] == "a", ["panel", "side"]].drop_duplicates()
    edges = first.merge(both, on=["panel", "side"]).assign(text="")
    placed = layout.placed(edges)
    low = {"x": placed["x1"], "y": placed["y1"]}
    high = {"x2": placed["x1"], "y2": placed["y2"]} if layout.rows else {"x2": placed["x2"], "y2": placed["y1"]}
    return (
        alt.Chart(placed[["panel"]].assign(**low, **high))
        .mark_rule(color=SPECIAL_COLOUR, strokeDash=[4, 3])
        .encode(layout.x, layout.y, alt.X2("x2:Q"), alt.Y2("y2:Q"))
    )


def _of_chosen_layers(drawn: Drawn) -> pd.DataFrame:
    chosen = drawn.panels[["panel", "layer"]]
    return drawn.lines.merge(chosen, on=["panel", "layer"])
