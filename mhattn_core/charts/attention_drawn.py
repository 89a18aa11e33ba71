"""What charts of attention between words are drawn from, and what they have in common."""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import HEAD_COLOURS

STEP, SMALLEST_STEP, TALLEST = 23, 10, 240
"""Height of a word, in pixels; of many words less, so that all of a column stands in view."""
NO_TOOLTIP = alt.TooltipValue(None)
"""A page would show the numbers of the place."""


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


def head_colour(head: int) -> str:
    """The colour of a head among those of its layer; it recurs in layers of more heads than there are colours."""
    return HEAD_COLOURS[head % len(HEAD_COLOURS)]
