"""Two checkpoints of one architecture, head by head."""

import numpy as np
import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _

KEYS = ["stack", "layer", "head", "measure", "group"]


def difference(heads_a: pd.DataFrame, heads_b: pd.DataFrame) -> pd.DataFrame:
    """What each head's measures are in one model and in another: model_a, model_b, stack, layer, head, measure,
    group, a, b, value, low, high, n.

    heads_a, heads_b: rows of one model each, as ``heads_table`` gives them, measured on the same pairs. ``value`` is b
    − a.
    ``low`` and ``high`` are NaN: an interval of a difference needs the same pairs resampled in both, which two tables
    no longer tell. ``n`` is the smaller of the two numbers of pairs.
    Raises Problem when the two do not have the same stacks, layers and heads.
    """
    if shape(heads_a) != shape(heads_b):
        raise Problem(
            _("{a} has {shape_a}, {b} has {shape_b}: no head of the one stands for a head of the other.").format(
                a=_name(heads_a), shape_a=_told(heads_a), b=_name(heads_b), shape_b=_told(heads_b)
            ),
            _(
                "Choose two checkpoints of one architecture, such as a model and its @random or @shuffled, or compare "
                "all heads under *measure*."
            ),
        )
    both = heads_a.merge(heads_b, on=KEYS, suffixes=("_a", "_b"), validate="one_to_one")
    return both[KEYS].assign(
        model_a=both["model_a"],
        model_b=both["model_b"],
        a=both["value_a"],
        b=both["value_b"],
        value=both["value_b"] - both["value_a"],
        low=np.nan,
        high=np.nan,
        n=np.minimum(both["n_a"], both["n_b"]),
    )[["model_a", "model_b", *KEYS, "a", "b", "value", "low", "high", "n"]]


def shape(heads: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Layers and heads of each stack in a table of one model's heads."""
    return {
        str(stack): (int(rows["layer"].max()) + 1, int(rows["head"].max()) + 1)
        for stack, rows in heads.groupby("stack")
    }


def _name(heads: pd.DataFrame) -> str:
    return str(heads["model"].iloc[0])


def _told(heads: pd.DataFrame) -> str:
    return ", ".join(f"{stack} {layers} × {count}" for stack, (layers, count) in shape(heads).items())
