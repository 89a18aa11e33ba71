"""All numbers of a run's relations as people read them."""

import pandas as pd

from mhattn_core.charts import verdict_names
from mhattn_core.findings.relations.words import labels_of
from mhattn_core.heads import head_names
from mhattn_core.measures.quantities import title_of

FIRST = (
    *("model", "label", "verdict", "name", "score", "direction", "held_out"),
    *("gain", "low", "high", "baseline", "class_rule", "control", "word_mass", "random95", "shuffled95", "n", "stack"),
)
"""Columns that stand first."""
FORMATS = {
    "%.3f": (
        *("held_out", "gain", "low", "high", "baseline", "offset_gain", "offset_low", "offset_high", "class_rule"),
        *("control", "selectivity", "selectivity_low", "selectivity_high", "word_mass"),
        *("shuffle", "random95", "shuffled95", "wins"),
    ),
    "%d": ("offset", "n", "fewest"),
    "%.2g": ("p", "p_max", "q", "offset_q"),
}
"""How numbers are written, and in which columns."""


def numbers_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``relations.parquet`` with label (of the relation), name (of the head), verdict and score in the reader's
    language; what is read first stands first.
    """
    names = labels_of(rows["relation"].unique())
    shown = rows.assign(label=rows["relation"].map(names), name=head_names(rows).where(rows["layer"].notna(), ""))
    shown = shown.assign(verdict=rows["verdict"].map(verdict_names()), score=rows["score"].map(title_of))
    return shown[
        [*FIRST, *(column for column in rows if column not in {*FIRST, "relation", "layer", "head", "reason"})]
    ]
