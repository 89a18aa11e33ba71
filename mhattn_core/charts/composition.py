"""Which heads read what other heads write, beside what chance has."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.rings_and_dots import rings_and_dots


def composition(heads: pd.DataFrame, *, names: Sequence[str], title: str) -> alt.LayerChart:
    """A row for a head that writes and one that reads: a ring at the random control, a dot at the score.

    heads: name, and rows of ``composition.parquet`` of one model and kind. names: of ring and dot.
    """
    tooltip = [alt.Tooltip("name:N", title=""), alt.Tooltip("random:Q", title=names[0], format=".3f")]
    tooltip.append(alt.Tooltip("composition:Q", title=names[1], format=".3f"))
    return rings_and_dots(
        heads.assign(bar_low=float("nan"), bar_high=float("nan")),
        ring="random",
        dot="composition",
        names=names,
        title=title,
        tooltip=tooltip,
    )
