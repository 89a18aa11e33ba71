"""What one head of each model looks at: lines from the words that attend to the words attended to."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.attention.line_tables import MEAN
from mhattn_core.charts.theme import HEAD_COLOURS, SPECIAL_COLOUR
from mhattn_core.locale import _
from mhattn_core.text.words import HAN_STRETCH

STEP, SMALLEST_STEP, TALLEST = 23, 10, 240
"""Height of a word, in pixels; of many words less, so that all of a column stands in view."""
BAND = 122
"""Height of a model whose words stand in rows, in pixels."""
BLOCKS = {"aa": "A → A", "ab": "A → B", "ba": "B → A", "bb": "B → B"}
FROM, TO, LEFT, RIGHT = 0.35, 0.65, 0.02, 0.98
"""Where a model's columns of words end and begin, as shares of its width."""
ABOVE, BELOW = 0.36, 0.84
"""Where a model's rows of words stand, as shares of its height."""
LETTERS_ACROSS = 60
"""Letters as wide as high that have room side by side."""
AS_CHOSEN = -1
INK = "#31333f"
NO_TOOLTIP = alt.value(None)
"""A page would show the numbers of the place."""
WORDS, CHIPS = "words", "chips"
"""Views whose marks are pointed at and clicked; without a name any mark of the chart would do."""
WORD, LAYER, SHOW, BLOCK, HEADS = "word", "in_layer", "show", "block", "heads"


@dataclass(frozen=True)
class Drawn:
    """What ``attention_lines`` draws, a row of ``panels`` a model.

    panels: panel (0, 1, …), model, layer and head (the chosen one), layers, most: the weight of the strongest line.
    words: panel, side (``query``, ``key``), position, text, part (``a``, ``b`` or empty), special.
    lines: panel and the columns of ``line_table``.
    """

    panels: pd.DataFrame
    words: pd.DataFrame
    lines: pd.DataFrame


def fits_rows(words: pd.DataFrame) -> bool:
    """Whether the words of ``Drawn.words`` are mostly Chinese, and few and short enough to be read side by side."""
    texts = words.loc[~words["special"], "text"]
    chinese = sum(HAN_STRETCH.search(text) is not None for text in texts)
    return chinese > len(texts) / 2 and (words["position"].max() + 1) * max(map(_length, texts)) <= LETTERS_ACROSS


def attention_lines(drawn: Drawn, *, rows: bool = False, narrow: bool = False, ink: str = INK) -> alt.LayerChart:
    """Words that attend at the left, words attended to at the right, a line for each weight, models side by side; a
    word that is pointed at, or chosen in the box, shows its lines in every model.

    rows: words stand in two rows instead of two columns, models one below another. narrow: models one below another,
    and only the chosen head's layer. ink: of words, which no theme colours.

    Boxes beside the chart, which ask no server: word, layer, one head or all or their mean, block.
    """
    lines = _of_chosen_layers(drawn) if narrow else drawn.lines
    layout = _Layout.of(drawn, rows=rows, stacked=rows or narrow)
    params = _params(drawn, one_layer=narrow)
    # Altair copies a layer within a layer over and over: all lie side by side.
    chart = alt.layer(
        _borders(drawn.words, layout).add_params(*(params[name] for name in (SHOW, LAYER, BLOCK) if name in params)),
        _lines(lines, layout, drawn, one_layer=narrow),
        *_words(drawn.words, layout, ink, params[WORD]),
        _titles(layout, drawn, ink, one_layer=narrow),
        *_heads(lines, layout, ink, params[HEADS]),
    )
    return chart.properties(height=layout.height)


@dataclass(frozen=True)
class _Layout:
    """Places in units of a word along it, and of a model across."""

    panels: pd.DataFrame
    rows: bool
    width: float
    extent: tuple[float, float]
    height: float
    step: float
    line: float

    @classmethod
    def of(cls, drawn: Drawn, *, rows: bool, stacked: bool) -> "_Layout":
        """Where each model's words begin; a line of its title is at least as high as its letters."""
        words = int(drawn.words["position"].max()) + 1
        count = len(drawn.panels)
        if rows:
            panels = drawn.panels.assign(left=0.0, top=drawn.panels["panel"].astype(float))
            return cls(panels, True, words, (-0.12, count), BAND * count + 20, 0, 0.12)
        step = float(np.clip(TALLEST / words, SMALLEST_STEP, STEP))
        line = max(1.0, 17 / step)
        each = words + 2 * line
        number = drawn.panels["panel"].astype(float)
        zero = number * 0
        panels = drawn.panels.assign(left=zero if stacked else number, top=(number if stacked else zero) * each)
        last = float(panels["top"].max()) + words - 0.5
        first = -0.5 - 2.3 * line
        return cls(panels, False, 1 if stacked else count, (first, last), round((last - first) * step), step, line)

    @property
    def x(self) -> alt.X:
        domain = [-0.6, self.width - 0.4] if self.rows else [0, self.width]
        return alt.X("x:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=None)

    @property
    def y(self) -> alt.Y:
        return alt.Y("y:Q", scale=alt.Scale(domain=list(self.extent), nice=False, zero=False, reverse=True), axis=None)

    def placed(self, words: pd.DataFrame) -> pd.DataFrame:
        """Words with x and y, and the box from x1, y1 to x2, y2 that answers to the pointer."""
        at = words.merge(self.panels[["panel", "left", "top"]], on="panel")
        query = at["side"] == "query"
        if self.rows:
            y = at["top"] + np.where(query, ABOVE, BELOW)
            ends = {"x1": at["position"] - 0.5, "x2": at["position"] + 0.5, "y1": y - 0.11, "y2": y + 0.11}
            return at.assign(x=at["position"].astype(float), y=y, **ends)
        y = at["top"] + at["position"]
        x = at["left"] + np.where(query, FROM, TO)
        ends = {
            "x1": at["left"] + np.where(query, LEFT, TO - 0.01),
            "x2": at["left"] + np.where(query, FROM + 0.01, RIGHT),
        }
        return at.assign(x=x, y=y.astype(float), y1=y - 0.5, y2=y + 0.5, **ends)

    def line_ends(self) -> dict[str, str]:
        """x, y, x2 and y2 of a line as Vega expressions."""
        if self.rows:
            return {
                "x": "datum.query_position",
                "x2": "datum.key_position",
                "y": f"datum.top + {ABOVE + 0.11}",
                "y2": f"datum.top + {BELOW - 0.11}",
            }
        return {
            "x": f"datum.left + {FROM + 0.01}",
            "x2": f"datum.left + {TO - 0.01}",
            "y": "datum.top + datum.query_position",
            "y2": "datum.top + datum.key_position",
        }


def _params(drawn: Drawn, *, one_layer: bool) -> dict[str, alt.Parameter]:
    params = {
        SHOW: alt.param(
            SHOW,
            value="head",
            bind=alt.binding_select(
                options=["head", "all", "mean"],
                labels=[_("one head"), _("all heads"), _("their mean")],
                name=_("Lines of"),
            ),
        ),
        WORD: alt.selection_point(
            WORD, fields=["place"], on=f"@{WORDS}_marks:pointerover", clear="pointerout", bind=_word_box(drawn.words)
        ),
        HEADS: alt.selection_point(
            HEADS, fields=["number"], on=f"@{CHIPS}_marks:click", toggle="true", clear="dblclick"
        ),
    }
    if not one_layer:
        layers = range(int(drawn.panels["layers"].iloc[0]))
        params[LAYER] = alt.param(
            LAYER,
            value=AS_CHOSEN,
            bind=alt.binding_select(
                options=[AS_CHOSEN, *layers],
                labels=[_("own"), *(f"L{layer}" for layer in layers)],
                name=_("Layer"),
            ),
        )
    if blocks := _blocks(drawn):
        params[BLOCK] = alt.param(
            BLOCK,
            value="",
            bind=alt.binding_select(
                options=["", *blocks], labels=[_("all"), *(BLOCKS[block] for block in blocks)], name=_("Block")
            ),
        )
    return params


def _blocks(drawn: Drawn) -> list[str]:
    """Those to choose from; none where the words are one sentence's, or each axis has one of its own."""
    blocks = [block for block in BLOCKS if (drawn.lines["block"] == block).any()]
    return blocks if len(blocks) > 1 else []


def _word_box(words: pd.DataFrame) -> alt.BindRadioSelect:
    """The same by keyboard as the pointer does: all words of the first model, those that attend and those attended
    to.
    """
    own = words[words["panel"] == 0]
    labels = [
        (_("from {word} ({position})") if side == "query" else _("to {word} ({position})")).format(
            word=text, position=position
        )
        for side, text, position in own[["side", "text", "position"]].itertuples(index=False, name=None)
    ]
    return alt.binding_select(options=[None, *_places(own)], labels=[_("every word"), *labels], name=_("Word"))


def _places(words: pd.DataFrame) -> list[int]:
    """A number for each word: from 1 for those that attend, from -1 down for those attended to."""
    return np.where(words["side"] == "query", words["position"] + 1, -words["position"] - 1).tolist()


def _in_layer(drawn: Drawn, *, one_layer: bool) -> str:
    """The layer that a model shows, as an expression; of models of other depth that at the same relative depth."""
    if one_layer:
        return "datum.at_layer"
    last = max(1, int(drawn.panels["layers"].iloc[0]) - 1)
    return f"({LAYER} < 0 ? datum.at_layer : round({LAYER} * (datum.layers - 1) / {last}))"


def _lines(lines: pd.DataFrame, layout: _Layout, drawn: Drawn, *, one_layer: bool) -> alt.Chart:
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
    if _blocks(drawn):
        conditions.append(f"({BLOCK} == '' || datum.block == {BLOCK})")
    labels = drawn.words.pivot(index=["panel", "position"], columns="side", values="text").reset_index()
    heads = sorted(set(lines["head"]) - {MEAN})
    return (
        alt.Chart(written(lines, "lines"))
        .transform_lookup("panel", alt.LookupData(panels, "panel", known))
        .transform_filter(" && ".join(conditions))
        .transform_calculate(number="'' + datum.head")
        .transform_filter({"or": [f"{SHOW} != 'all'", {"param": HEADS}]})
        .transform_calculate(
            **layout.line_ends(),
            share="min(1, datum.weight / datum.most)",
            at="datum.panel * 1000 + datum.query_position",
            to="datum.panel * 1000 + datum.key_position",
            name=f"datum.model + ' · L' + datum.layer + (datum.head == {MEAN} ? '' : ' H' + datum.head)",
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
            description="says:N",
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("query:N", title=_("from")),
                alt.Tooltip("key:N", title=_("to")),
                alt.Tooltip("weight:Q", title=_("weight"), format=".2f"),
            ],
        )
    )


def written(table: pd.DataFrame, name: str) -> alt.InlineData:
    """A long table as text, a seventh of its size as records; Altair would refuse more than 5,000 of those.

    name: in the specification; without one Altair takes the text for records.
    """
    # A browser takes the text "False" for true.
    table = table.astype({name: int for name, kind in table.dtypes.items() if kind.kind == "b"})
    parse = {str(name): "string" if kind.kind == "O" else "number" for name, kind in table.dtypes.items()}
    return alt.InlineData(
        name=name,
        values=table.to_csv(index=False, float_format="%.3f", lineterminator="\n"),
        format=alt.CsvDataFormat(type="csv", parse=parse),
    )


def _labels(words: pd.DataFrame, side: str) -> pd.DataFrame:
    key = "at" if side == "query" else "to"
    return words.assign(**{key: words["panel"] * 1000 + words["position"]})[[key, side]].dropna()


def head_colour(head: int) -> str:
    """The colour of a head among those of its layer; it recurs in layers of more heads than there are colours."""
    return HEAD_COLOURS[head % len(HEAD_COLOURS)]


def _words(words: pd.DataFrame, layout: _Layout, ink: str, pointed: alt.Parameter) -> list[alt.Chart]:
    placed = layout.placed(words).assign(place=_places)
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
    longest = max(1.0, max(map(_length, placed["text"])))
    options: dict[str, Any] = {"fontSize": size, "color": ink, "baseline": "middle"}
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


def _texts(base: alt.Chart, layout: _Layout, options: dict[str, Any], align: str) -> alt.Chart:
    return base.mark_text(align=align, **options).encode(
        layout.x,
        layout.y,
        text="text:N",
        opacity=alt.OpacityValue(1, condition={"test": "datum.special", "value": 0.7}),
        tooltip=NO_TOOLTIP,
    )


def _length(word: str) -> float:
    """About how wide a word stands, in sizes of its letters; a Chinese sign is as wide as high."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in word) + 0.4


def _titles(layout: _Layout, drawn: Drawn, ink: str, *, one_layer: bool) -> alt.Chart:
    panels = layout.panels.rename(columns={"layer": "at_layer", "head": "at_head"})
    if layout.rows:
        panels = panels.assign(x=-0.5, y=panels["top"] + 0.1)
    else:
        panels = panels.assign(x=panels["left"] + 0.5, y=panels["top"] - 0.5 - layout.line / 2)
    return (
        alt.Chart(panels)
        .transform_calculate(
            title=f"datum.model + ' · L' + {_in_layer(drawn, one_layer=one_layer)} + "
            f"({SHOW} == 'head' ? ' H' + datum.at_head : {SHOW} == 'mean' ? {_quoted(_('mean'))} : '')"
        )
        .mark_text(
            align="left" if layout.rows else "center",
            fontSize=13,
            fontWeight="bold",
            color=ink,
            limit=alt.expr(f"width / {1 if layout.rows else layout.width}"),
        )
        .encode(layout.x, layout.y, text="title:N", tooltip=NO_TOOLTIP)
    )


def _quoted(word: str) -> str:
    return "', " + word.replace("\\", "").replace("'", "’") + "'"


def _heads(lines: pd.DataFrame, layout: _Layout, ink: str, heads: alt.Parameter) -> list[alt.Chart]:
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
    names = base.mark_text(align="left", dx=-4, fontSize=11, color=ink).encode(text="name:N")
    return [squares, names]


def _borders(words: pd.DataFrame, layout: _Layout) -> alt.Chart:
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
