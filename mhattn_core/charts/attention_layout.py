"""Where the words of several models stand, in columns or in rows."""

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.attention_drawn import SMALLEST_STEP, STEP, TALLEST, Drawn
from mhattn_core.text.words import HAN_STRETCH

BAND = 122
"""Height of a model whose words stand in rows, in pixels."""
FROM, TO, LEFT, RIGHT = 0.35, 0.65, 0.02, 0.98
"""Where a model's columns of words end and begin, as shares of its width."""
ABOVE, BELOW = 0.36, 0.84
"""Where a model's rows of words stand, as shares of its height."""
LETTERS_ACROSS = 60
"""Letters as wide as high that have room side by side."""


@dataclass(frozen=True)
class Layout:
    """Places in units of a word along it, and of a model across."""

    panels: pd.DataFrame
    rows: bool
    width: float
    extent: tuple[float, float]
    height: float
    step: float
    line: float

    @classmethod
    def of(cls, drawn: Drawn, *, rows: bool, stacked: bool) -> "Layout":
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


def fits_rows(words: pd.DataFrame) -> bool:
    """Whether the words of ``Drawn.words`` are mostly Chinese, and few and short enough to be read side by side."""
    texts = words.loc[~words["special"], "text"]
    chinese = sum(HAN_STRETCH.search(text) is not None for text in texts)
    return chinese > len(texts) / 2 and (words["position"].max() + 1) * max(map(letters, texts)) <= LETTERS_ACROSS


def letters(word: str) -> float:
    """About how wide a word stands, in sizes of its letters; a Chinese sign is as wide as high."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in word) + 0.4
