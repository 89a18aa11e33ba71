"""Sentences drawn small, one below the other: the words around a head's strongest link, and arcs over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import TEXT_COLOUR, model_colour
from mhattn_core.locale import _

ROW, LABELS, BASELINE = 56, 13, 44
"""Heights in pixels: of a sentence, of the line that says its band, and from its top down to its words."""
COLUMNS = 60
"""Characters of a line."""
ARC, STEPS = 30, 16
"""Height in pixels of the widest arc, and straight pieces of which it is drawn."""
GAP = "…"


@dataclass(frozen=True)
class SmallSentence:
    """id: of the pair; label: what stands above it, empty for nothing; queries and keys: the words on both axes, the
    same for a stack that reads itself; links: query, key (places among these words) and weight, the strongest first.
    """

    id: str
    label: str
    queries: Sequence[str]
    keys: Sequence[str]
    links: Sequence[tuple[int, int, float]]
    crosses: bool = False


def small_sentences(sentences: Sequence[SmallSentence], *, model: str, clicks: int = 0) -> alt.LayerChart:
    """A line a sentence; of a long one the words around its strongest link. A dot is the word that attends, the arc
    leads to the word that it attends to; of cross-attention the words attended to stand above. A click picks a
    sentence (``picked``: item). clicks: see ``head_grid``.
    """
    words = pd.concat([_words(row, one) for row, one in enumerate(sentences)], ignore_index=True)
    lines = pd.DataFrame(
        [point for row, one in enumerate(sentences) for point in _arcs(row, one, words)],
        columns=["item", "arc", "step", "x", "y", "weight", "query", "key"],
    )
    rows = pd.DataFrame(
        {
            "item": [one.id for one in sentences],
            "label": [one.label for one in sentences],
            "top": [ROW * row for row in range(len(sentences))],
            "bottom": [ROW * (row + 1) for row in range(len(sentences))],
            "weight": [one.links[0][2] for one in sentences],
            "text": [" ".join(one.queries) for one in sentences],
            "clicks": clicks,
        }
    )
    height = ROW * len(sentences)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, COLUMNS + 5], nice=False))
    down = alt.Scale(domain=[0, height], reverse=True, nice=False)
    y = alt.Y("y:Q", axis=None, scale=down)
    tooltip = [
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("key:N", title=_("to")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".2f"),
    ]
    strength = alt.Opacity("weight:Q", scale=alt.Scale(domain=[0, 1], range=[0.15, 1]), legend=None)
    colour = model_colour(model)
    pick = alt.selection_point(name=PICKED, fields=["item", "clicks"], on="click", clear=False)
    whole = alt.Chart(rows).encode(tooltip=[alt.Tooltip("text:N", title=_("sentence"))])
    return layered(
        whole.mark_rect(fill="transparent", cursor="pointer")
        .encode(alt.Y("top:Q", axis=None, scale=down), alt.Y2("bottom"))
        .add_params(pick),
        alt.Chart(lines)
        .mark_line(color=colour, strokeWidth=2)
        .encode(x, y, strength, detail=["item:N", "arc:N"], order=alt.Order("step:Q"), tooltip=tooltip),
        alt.Chart(lines[lines["step"] == 0]).mark_circle(color=colour, size=26).encode(x, y, strength, tooltip=tooltip),
        alt.Chart(words)
        .mark_text(font="monospace", fontSize=10.5, color=TEXT_COLOUR)
        .encode(x, y, text=alt.Text("word:N")),
        alt.Chart(rows)
        .mark_text(align="left", baseline="top", fontSize=10, fontStyle="italic", color=TEXT_COLOUR)
        .encode(alt.XValue(0), alt.Y("top:Q", axis=None, scale=down), text=alt.Text("label:N")),
        alt.Chart(rows.assign(y=rows["top"] + BASELINE))
        .mark_text(align="right", fontSize=10, color=TEXT_COLOUR)
        .encode(alt.XValue("width"), y, text=alt.Text("weight:Q", format=".2f")),
        height=height,
    )


def shown_places(words: Sequence[str], ends: Sequence[int], columns: int = COLUMNS) -> list[int]:
    """Places of the words that fit into a line, those first that are nearest to the ends of the strongest link."""
    order = sorted(range(len(words)), key=lambda place: (min(abs(place - end) for end in ends), place))
    used = 0
    kept: list[int] = []
    for place in order:
        used += _width(words[place]) + 1
        if kept and used > columns - 4:  # room for two gaps
            break
        kept.append(place)
    return sorted(kept)


def _words(row: int, sentence: SmallSentence) -> pd.DataFrame:
    query, key, _weight = sentence.links[0]
    top = ROW * row
    if not sentence.crosses:
        return _line(sentence.queries, (query, key), top + BASELINE, "both")
    return pd.concat(
        [
            _line(sentence.keys, (key,), top + LABELS + 6, "key"),
            _line(sentence.queries, (query,), top + BASELINE, "query"),
        ]
    )


def _line(words: Sequence[str], ends: Sequence[int], y: float, side: str) -> pd.DataFrame:
    """place (-1 for a gap), word, x (the middle, in characters) and y."""
    rows: list[tuple[int, str, float]] = []
    at, before = 0.0, -1
    places = shown_places(words, ends)
    for place in [*places, len(words)]:
        if place > before + 1:
            rows.append((-1, GAP, at + 0.5))
            at += 2
        if place < len(words):
            width = _width(words[place])
            rows.append((place, words[place], at + width / 2))
            at += width + 1
        before = place
    return pd.DataFrame(rows, columns=["place", "word", "x"]).assign(y=y, side=side)


def _arcs(row: int, sentence: SmallSentence, words: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """The points of every link whose words are both shown."""
    top = ROW * row
    own = words[(words["y"] >= top) & (words["y"] < top + ROW) & (words["place"] >= 0)]
    at = {side: dict(zip(rows["place"], rows["x"], strict=True)) for side, rows in own.groupby("side")}
    queries, keys = at.get("query", at.get("both", {})), at.get("key", at.get("both", {}))
    widest = max((abs(queries[q] - keys[k]) for q, k, _w in sentence.links if q in queries and k in keys), default=1)
    for number, (query, key, weight) in enumerate(sentence.links):
        if query not in queries or key not in keys:
            continue
        said = (weight, sentence.queries[query], sentence.keys[key])
        for step, (x, y) in enumerate(_curve(queries[query], keys[key], widest, crosses=sentence.crosses)):
            yield (sentence.id, number, step, x, top + y, *said)


def _curve(start: float, end: float, widest: float, *, crosses: bool) -> Iterator[tuple[float, float]]:
    if crosses:
        yield from ((start, BASELINE - 8), (end, LABELS + 13))
        return
    height = 8 + (ARC - 8) * abs(end - start) / max(widest, 1)
    for angle in np.linspace(0, np.pi, STEPS + 1):
        yield (start + end) / 2 + (start - end) / 2 * float(np.cos(angle)), BASELINE - 7 - height * float(np.sin(angle))


def _width(word: str) -> int:
    """Columns of a word in letters of one width."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in word)
