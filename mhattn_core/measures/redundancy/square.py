"""Rows about every two heads as a square."""

import numpy as np
import pandas as pd

from mhattn_core.measures.redundancy.head_distances import By


def distance_square(table: pd.DataFrame, by: By) -> pd.DataFrame:
    """``square_of`` a distance: JS in nats, or 1 less correlation, or 1 less CKA. Raises KeyError for another one."""
    distance = {"js": table["js"], "correlation": 1 - table["correlation"], "cka": 1 - table["cka"]}[by]
    return square_of(table.assign(distance=distance), "distance")


def square_of(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of one model's stack as a square, indexed by (layer, head) both ways; 0 on the diagonal. table: rows as
    ``distance_table`` gives them.
    """
    ends = [
        pd.MultiIndex.from_frame(table[[f"layer_{side}", f"head_{side}"]], names=["layer", "head"])
        for side in ("a", "b")
    ]
    index = ends[0].append(ends[1]).unique().sort_values()
    square = np.zeros((len(index), len(index)))
    rows, columns = (index.get_indexer(end) for end in ends)
    square[rows, columns] = square[columns, rows] = table[column]
    return pd.DataFrame(square, index, index)
