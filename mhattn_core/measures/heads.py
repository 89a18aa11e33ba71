"""The tidy table of heads: one row a head, measure and group."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Real

COLUMNS = ("model", "stack", "layer", "head", "measure", "group", "value", "low", "high", "n")


def head_rows(
    stack: str,
    measure: str,
    value: Float[np.ndarray, "layer head"],
    *,
    n: Real[np.ndarray, "layer head"],
    low: Float[np.ndarray, "layer head"] | None = None,
    high: Float[np.ndarray, "layer head"] | None = None,
) -> pd.DataFrame:
    """Rows of one measure, without model and group; value, low, high and n are ``[layer, head]``."""
    layer, head = np.indices(value.shape)
    columns = {"layer": layer, "head": head, "value": value, "low": low, "high": high, "n": n}
    filled = {name: np.full(value.shape, np.nan) if column is None else column for name, column in columns.items()}
    return pd.DataFrame({name: column.ravel() for name, column in filled.items()}).assign(stack=stack, measure=measure)
