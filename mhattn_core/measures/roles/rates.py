"""How often each head is right: all heads of a relation, where the table of relations names the best one only."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mhattn_core.measures.roles.items import unpacked
from mhattn_core.measures.roles.table import StackItems

COLUMNS = ("model", "stack", "relation", "direction", "layer", "head", "hits", "n", "word_mass")


def rates_table(model: str, stacks: Mapping[str, StackItems]) -> pd.DataFrame:
    """A row for each stack, relation, direction and head: columns ``COLUMNS``, as a run's ``rates.parquet``.

    hits: items that the head gets right. n: items. Their quotient, 0 to 1, is over all items, those that chose the best
    head among them. word_mass: mean share of the head's attention at the attending words that goes to words, 0 to 1.
    Under a relation's name with ``.control`` stand the items of its negative control.
    """
    tables = [_of_stack(model, stack, kept) for stack, kept in stacks.items()]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def _of_stack(model: str, stack: str, kept: StackItems) -> pd.DataFrame:
    layer, head = np.array([kept.cell(number) for number in range(kept.size)]).T
    parts = [
        pd.DataFrame(
            {
                "model": model,
                "stack": stack,
                "relation": relation,
                "direction": direction,
                "layer": layer.astype(np.int16),
                "head": head.astype(np.int16),
                "hits": unpacked(rows["hits"].tolist(), kept.size).sum(axis=0).astype(np.int32),
                "n": np.int32(len(rows)),
                "word_mass": (kept.on_words[str(relation), str(direction)] / len(rows)).astype(np.float32),
            }
        )
        for (relation, direction), rows in kept.items.groupby(["relation", "direction"], sort=False, observed=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
