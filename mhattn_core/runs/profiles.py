"""Functional profiles of a model's heads from what a run keeps: the sums of its measures, and the items of
relations.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.matching.profiles import RELATION, Profiles
from mhattn_core.measures.roles.items import unpacked
from mhattn_core.measures.statistics import bootstrap_weights, folds_of_split, quotient
from mhattn_core.runs.sums import ALL, ModelSums

SPLIT = 0
REPLICATES = 100
FEWEST_ITEMS = 50
"""Of a relation, in each half."""
CONTROL = ".control"

Measured = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Values of one half and of the other ``[head]``, and of replicates ``[replicate, head]``."""


def profiles(
    model: str, sums: ModelSums, items: Mapping[str, pd.DataFrame], texts: Mapping[str, str]
) -> dict[str, Profiles]:
    """The profiles of each stack. items: by stack, as ``item_table`` gives them, empty where no relations were
    measured; texts: of each pair, by id.
    """
    chosen = folds_of_split(SPLIT)
    found: dict[str, dict[str, Measured]] = {}
    shapes: dict[str, tuple[int, int]] = {}
    attend: dict[str, np.ndarray] = {}
    for here, there in zip(sums.values(chosen), sums.values(~chosen), strict=True):
        if here.group == ALL:
            shapes[here.stack] = here.value.shape[0], here.value.shape[1]
            attend[here.stack] = attend.get(here.stack, False) | (here.n > 0)
            values = here.value.ravel(), there.value.ravel(), here.replicates[:REPLICATES].reshape(REPLICATES, -1)
            found.setdefault(here.stack, {})[here.name] = values
    n = sums.done - len(sums.reasons)
    made = {}
    for stack, measures in found.items():
        heads = np.flatnonzero(attend[stack])
        own = {name: _of_heads(values, heads) for name, values in measures.items()}
        own |= dict(_relations(items.get(stack, pd.DataFrame()), len(heads), chosen, texts))
        index = [(model, stack, *divmod(int(head), shapes[stack][1])) for head in heads]
        made[stack] = _profiles(pd.MultiIndex.from_tuples(index, names=HEAD_COLUMNS), own, n)
    return made


def _of_heads(values: Measured, heads: np.ndarray) -> Measured:
    """Without those of layers that do not attend."""
    return values[0][heads], values[1][heads], values[2][:, heads]


def _profiles(index: pd.MultiIndex, measures: Mapping[str, Measured], n: int) -> Profiles:
    a, b, replicates = (np.stack([_finite(values[part]) for values in measures.values()], axis=-1) for part in range(3))
    return Profiles(index, tuple(measures), a, b, replicates, n)


def _relations(
    items: pd.DataFrame, heads: int, chosen: np.ndarray, texts: Mapping[str, str]
) -> Iterator[tuple[str, Measured]]:
    """Accuracies of each relation and direction with enough items in both halves."""
    if items.empty:
        return
    items = items[~items["relation"].str.endswith(CONTROL)]
    ids = {id_: place for place, id_ in enumerate(texts)}
    weights = bootstrap_weights(list(texts.values()), REPLICATES)
    for (relation, direction), rows in items.groupby(["relation", "direction"], sort=False, observed=True):
        here = chosen[rows["fold"].to_numpy()]
        if min(here.sum(), (~here).sum()) >= FEWEST_ITEMS:
            hit = unpacked(rows["hits"].tolist(), heads)
            yield (
                f"{RELATION}{relation}.{direction}",
                (hit[here].mean(axis=0), hit[~here].mean(axis=0), _resampled(hit, rows["id"].map(ids), weights)),
            )


def _resampled(hit: np.ndarray, pair: Sequence[int], weights: np.ndarray) -> np.ndarray:
    """Accuracies ``[replicate, head]`` with each pair counted as often as it was drawn."""
    drawn = weights[:, np.asarray(pair)].astype(np.float32)
    return quotient(
        np.stack(np.broadcast_arrays(drawn @ hit.astype(np.float32), drawn.sum(axis=1, keepdims=True)), axis=-1)
    )


def _finite(values: np.ndarray) -> np.ndarray:
    """A block with nothing beside it is infinitely strong: no number to compare."""
    return np.where(np.isinf(values), np.nan, values)
