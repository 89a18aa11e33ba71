"""The tidy table of heads: one row a head, measure and group."""

import numpy as np
import pandas as pd

COLUMNS = ("model", "stack", "layer", "head", "measure", "group", "value", "low", "high", "n")


def head_rows(
    stack: str,
    measure: str,
    value: np.ndarray,
    *,
    n: np.ndarray,
    low: np.ndarray | None = None,
    high: np.ndarray | None = None,
) -> pd.DataFrame:
    """Rows of one measure, without model and group; value, low, high and n are ``[layer, head]``."""
    layer, head = np.indices(value.shape)
    columns = {"layer": layer, "head": head, "value": value, "low": low, "high": high, "n": n}
    filled = {name: np.full(value.shape, np.nan) if column is None else column for name, column in columns.items()}
    return pd.DataFrame({name: column.ravel() for name, column in filled.items()}).assign(stack=stack, measure=measure)
