"""Which heads of other models measure alike."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.errors import ShapeError
from mhattn_core.heads import HEAD_COLUMNS, head_name
from mhattn_core.measures.detectors.names import DETECTORS


def profiles(heads: pd.DataFrame, measures: Sequence[str] | None = None) -> pd.DataFrame:
    """Each head's measures in standard deviations from the mean of its model's stack.

    heads: rows as ``heads_table`` gives them. The result is indexed by (model, stack, layer, head), one column a
    measure, NaN where a head has no value and all through a stack in which every head has the same: there it tells no
    head from another.
    measures: those to keep, by default all. What detectors say is left out: it is read on other texts.
    """
    values = heads[~heads["measure"].isin(DETECTORS)].pivot(index=HEAD_COLUMNS, columns="measure", values="value")
    values = values[list(measures)] if measures is not None else values
    stacks = values.groupby(level=["model", "stack"])
    # Rounding leaves equal numbers a deviation of some 1e-8; no measure has meaning at that size.
    deviation = stacks.transform("std", ddof=0)
    return (values - stacks.transform("mean")) / deviation.where(deviation > 1e-6)


def nearest(heads: pd.DataFrame, model: str, stack: str, layer: int, head: int, *, count: int = 3) -> pd.DataFrame:
    """The heads of every other model whose profiles lie nearest to one head's.

    heads: rows of all models, as ``heads_table`` gives them. The result has, for each other model and stack, the
    ``count`` nearest
    heads, nearest first: model, stack, layer, head, distance, measures. ``distance`` is the root of the mean squared
    difference over the ``measures`` measures that both heads have: 0 is the same profile; two heads drawn at random lie
    about √2 apart. Near by these measures is not the same role: two heads can look equally far and equally sharply at
    different words.
    Raises ShapeError for a head that is not in the table, or one without any measure.
    """
    all_profiles = profiles(heads)
    here = (model, stack, layer, head)
    if here not in all_profiles.index or all_profiles.loc[[here]].isna().all(axis=None):
        raise ShapeError(f"no measures of {here}")
    others = all_profiles[all_profiles.index.get_level_values("model") != model]
    squares = (others - all_profiles.loc[here]) ** 2
    found = pd.DataFrame({"distance": np.sqrt(squares.mean(axis=1)), "measures": squares.notna().sum(axis=1)})
    found = found.dropna(subset="distance").sort_values(["distance"], kind="stable")
    # The order of models stays that of the table, not the alphabet's.
    order = {name: place for place, name in enumerate(dict.fromkeys(heads["model"]))}
    found = found.groupby(level=["model", "stack"], sort=False).head(count).reset_index()
    return found.sort_values("model", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def rank(heads: pd.DataFrame, measure: str, layer: int, head: int) -> tuple[int, int, int]:
    """One head's place among the heads of its model's stack: counted from the lowest, from the highest (both from 1),
    and of how many.

    heads: rows of one model's stack. Heads without a value do not count; equal values share the better place.
    Raises ShapeError when this head has no value of the measure.
    """
    rows = heads[heads["measure"] == measure].dropna(subset="value")
    own = rows.loc[(rows["layer"] == layer) & (rows["head"] == head), "value"]
    if len(own) != 1:
        raise ShapeError(f"{len(own)} values of {measure} for {head_name(layer, head)}")
    lower, higher = (rows["value"] < own.item()).sum(), (rows["value"] > own.item()).sum()
    return int(lower) + 1, int(higher) + 1, len(rows)
