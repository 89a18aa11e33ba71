"""The heads that stand side by side: what each does on this pair, as a sentence and as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.attention.line_tables import attention_weights, line_table, word_rows
from mhattn_core.attention.tables import Units, pattern_table
from mhattn_core.charts.attention_drawn import Drawn
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _, stated
from mhattn_core.measures.default_head import position_of, positional_shares
from mhattn_core.once import once

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

LINES_KEPT = 20_000
"""Over all models; each is about 30 bytes on its way to the browser."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A head of one model. why: this one, in Markdown; empty where somebody chose it. units: words, or tokens where
    words are not known.
    """

    result: "AttentionResult"
    head: Head
    why: str = ""
    units: Units = "words"

    @property
    def model(self) -> str:
        return self.result.model.name

    @property
    def name(self) -> str:
        """``minilm · L3 H7``."""
        return head_name(*self.head.cell, model=self.model)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Its pattern, as ``pattern_table``."""
        return pattern_table(self.result, *self.head, units=self.units)

    @property
    def weights(self) -> Float[np.ndarray, "query key"]:
        """Its pattern as an array, NaN where a word is not seen; what a click waits for is read off it."""
        stack, layer, head = self.head
        of = self.result.words(stack).pattern if self.units == "words" else self.result.pattern(stack)
        return of[layer, head]

    @property
    def labels(self) -> tuple[Sequence[str], Sequence[str]]:
        """The words of both axes: those that attend, and those attended to."""
        if self.units == "tokens":
            return self.result.tokens(self.head.stack)
        grid = self.result.words(self.head.stack)
        return grid.queries, grid.keys


def strongest_edge(shown: Shown) -> tuple[int, int]:
    """The positions of the word that looks and of the one looked at with the most weight, of two words where any are."""
    weights = shown.weights
    if shown.head.stack != "cross":
        # Most heads look at the word itself now and then; what they look at beside it tells more.
        others_only = weights.copy()
        np.fill_diagonal(others_only, np.nan)
        weights = weights if np.isnan(others_only).all() else others_only
    query, key = np.unravel_index(np.nanargmax(weights), weights.shape)
    return int(query), int(key)


def pattern_sentence(shown: Sequence[Shown]) -> str:
    """Who puts how much on whom in the first model's head, and what the others' heads give to the same two words; in
    Markdown. A head that follows a position is called so.
    """
    first, *others = shown
    if np.isnan(first.weights).all():
        return _("No word of this sentence is seen.")
    name = f"**{escape(first.name)}**"
    position, share = _position(first)
    if position:
        return position_names()[position].format(head=name, share=share)
    words = strongest_edge(first)
    queries, keys = first.labels
    same = [
        stated(escape(one.name), f"{weight:.2f}")
        for one in others
        if (weight := _weight(one, first, words)) is not None
    ]
    return _("{head}: *{query}* puts {weight:.2f} of its attention on *{key}*{others}.").format(
        head=name,
        query=escape(queries[words[0]]),
        key=escape(keys[words[1]]),
        weight=first.weights[words],
        others=f" ({', '.join(same)})" if same else "",
    )


def position_names() -> dict[str, str]:
    """What a head that follows one position does, by the position; each with ``{head}`` and ``{share}``."""
    return {
        "previous": _("{head} looks at the previous word: {share:.2f} of its attention on words."),
        "next": _("{head} looks at the next word: {share:.2f} of its attention on words."),
        "self": _("{head} looks at the word itself: {share:.2f} of its attention on words."),
        "first": _("{head} looks at the first word: {share:.2f} of its attention on words."),
    }


def why_these(shown: Sequence[Shown]) -> str:
    """Why each head is shown that nobody chose; in Markdown."""
    return " · ".join(stated(escape(one.name), one.why) for one in shown if one.why)


def drawn(shown: Sequence[Shown], *, stretched: bool) -> tuple[Drawn, float]:
    """The tables of ``charts.attention_lines``, and the least weight that has a line.

    stretched: each model's strongest line is as thick as any other's; else a line of weight 1 is.
    """
    most, special = LINES_KEPT // len(shown), _("special")
    made = [_drawn_of(one.result, one.head.stack, one.units, most, special) for one in shown]
    lines = pd.concat([table.assign(panel=panel) for panel, (table, *_) in enumerate(made)], ignore_index=True)
    words = pd.concat([rows.assign(panel=panel) for panel, (*_, rows) in enumerate(made)], ignore_index=True)
    panels = pd.DataFrame(
        {
            "panel": range(len(shown)),
            "model": [one.model for one in shown],
            "layer": [one.head.layer for one in shown],
            "head": [one.head.head for one in shown],
            "layers": [len(one.result.pattern(one.head.stack)) for one in shown],
            "most": [largest_shown([one]) if stretched else 1.0 for one in shown],
        }
    )
    return Drawn(panels, words, lines), max(least for _table, least, _rows in made)


@once
def _drawn_of(
    result: "AttentionResult", stack: str, units: Units, most: int, special: str
) -> tuple[pd.DataFrame, float, pd.DataFrame]:
    """The lines of all heads of a stack, the least weight that has one, and the words; of whichever head is chosen."""
    of = attention_weights(result, stack, units=units)
    return *line_table(of, most=most), word_rows(of, special)


def shared_scale(shown: Sequence[Shown]) -> float:
    """The largest weight of all heads of all these models: where colours end that are to be compared."""
    return max(_largest(one.result, one.head.stack) for one in shown)


@once
def _largest(result: "AttentionResult", stack: str) -> float:
    return float(np.nan_to_num(result.words(stack).pattern).max(initial=1e-9))


def largest_shown(shown: Sequence[Shown]) -> float:
    """The largest weight on words of these heads: where the colours of all of them end."""
    return max(*(float(np.nan_to_num(one.weights).max(initial=0)) for one in shown), 1e-9)


def all_weights(shown: Sequence[Shown]) -> pd.DataFrame:
    """The patterns of the shown heads, one below another, with model, stack, layer and head."""
    columns = ["model", "stack", "layer", "head"]
    parts = []
    for one in shown:
        stack, layer, head = one.head
        parts.append(one.table.assign(model=one.model, stack=stack, layer=layer, head=head))
    table = pd.concat(parts, ignore_index=True)
    return table[columns + [name for name in table if name not in columns]]


def _position(one: Shown) -> tuple[str, float]:
    grid = one.result.words(one.head.stack)
    return position_of(positional_shares(grid), *one.head.cell)


def _weight(one: Shown, first: Shown, words: tuple[int, int]) -> float | None:
    """What the head gives to the same two words; None where it reads others, or may not see the one from the other."""
    if [list(axis) for axis in one.labels] != [list(axis) for axis in first.labels]:
        return None
    if one.units == "words" and not one.result.words(one.head.stack).visible[words]:
        return None
    weight = float(one.weights[words])
    return None if np.isnan(weight) else weight
