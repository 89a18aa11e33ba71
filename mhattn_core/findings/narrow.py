"""What stands for a grid of heads, or a scatter, where the screen is narrow."""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from mhattn_core import charts


def strongest_heads(heads: pd.DataFrame, **options: Any) -> Callable[..., alt.LayerChart]:
    """Draws ``charts.strongest`` of these heads, for ``Finding.draw_narrow``: what a screen brings for the wide chart,
    such as the chosen head, has no place in bars.
    """

    def draw(**_of_the_wide_chart: Any) -> alt.LayerChart:
        return charts.strongest(heads, **options)

    return draw
