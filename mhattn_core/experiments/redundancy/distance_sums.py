"""How far apart a model's heads are over many texts, as sums."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.redundancy.distance_sums import DistanceSums, pattern_sums, shuffled_words
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair


def distance_sums(
    model: Model,
    pairs: Sequence[SentencePair],
    folds: Sequence[int],
    *,
    shuffled: bool = False,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, DistanceSums]:
    """The sums of each stack; pairs that the model cannot take are left out. folds: of each pair. tell: told after each
    batch how many pairs it had.

    shuffled: each head's words in an order of its own, as ``clusters.shuffled``: what is alike whatever word attends
    stays alike, the rest does not.
    Source: ``js_within``, ``correlation_distances``.
    """
    rows, problems = feed_all(model, pairs)
    tell(len(problems))
    sums: dict[str, DistanceSums] = {}
    for batch_rows in batches(model, rows):
        batch = collate(model, batch_rows)
        own = np.array([folds[row.number] for row in batch_rows])
        for stack, patterns in word_patterns(model, batch).items():
            found = pattern_sums(
                shuffled_words(patterns, batch.axes[stack]) if shuffled else patterns,
                batch.axes[stack],
                own,
                causal=not shuffled,
            )
            sums[stack] = sums[stack] + found if stack in sums else found
        tell(len(batch_rows))
    return sums


def word_patterns(model: Model, batch: Batch) -> dict[str, Tensor]:
    """The patterns of all layers on words, by stack: ``[batch, head, query word, key word]``, heads layer by layer."""
    layers: dict[str, list[Tensor]] = defaultdict(list)
    watch_words(model, batch, lambda layer: layers[layer.axes.stack].append(layer.pattern))
    return {stack: torch.cat(found, dim=1).cpu() for stack, found in layers.items()}
