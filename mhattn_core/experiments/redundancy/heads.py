"""The heads of a model on one pair, ready to be compared."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.cka import grams
from mhattn_core.measures.redundancy.head_distances import FEWEST_WORDS, By, Heads

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.models.model import Model


def heads_of(seen: "AttentionResult", stack: str, *, by: By = "js") -> Heads:
    """All heads of a stack, ready for ``distances``.

    Raises Problem for CKA on fewer than five words, and where what each head adds cannot be told.
    """
    grid = seen.words(stack)
    index, attending = head_index(seen.model, stack), list(seen.model.attention.attending(stack))
    if by != "cka":
        patterns = grid.pattern[attending].astype(np.float64)
        return Heads(index, patterns.reshape(len(index), *grid.visible.shape), grid.visible)
    words = int(grid.query_axis.seen.sum())
    if words < FEWEST_WORDS:
        raise Problem(
            _("CKA compares what heads write on at least {fewest} words; here are {words}.").format(
                fewest=FEWEST_WORDS, words=words
            ),
            _("Choose a longer sentence, or another distance."),
        )
    written = grid.query_axis.averaged(seen.contributions(stack)[attending]).astype(np.float64)
    found = grams(written.reshape(len(index), *written.shape[2:]))
    return Heads(index, found, np.ones(found.shape[1:], dtype=bool))


def head_index(model: "Model", stack: str) -> pd.MultiIndex:
    """The heads of a stack, layer by layer, by ``HEAD_COLUMNS``; layers that do not attend have none."""
    heads = (head for head in model.attention.all_heads() if head.stack == stack)
    return pd.MultiIndex.from_tuples([(model.name, *head) for head in heads], names=HEAD_COLUMNS)


def shares_keys(model: "Model", square: pd.DataFrame) -> np.ndarray:
    """bool ``[head, head]``: two different heads of one layer that share keys and values, so that only their queries
    differ.

    square: indexed as ``distances`` gives it. Source: grouped queries, Ainslie et al. 2023.
    """
    stack, layer, head = (square.index.get_level_values(level).to_numpy() for level in HEAD_COLUMNS[1:])
    config = model.network.config.get_text_config(decoder=stack[0] != "encoder")
    heads = model.attention.heads(stack[0])
    size = heads // (
        1 if getattr(config, "multi_query", False) else getattr(config, "num_key_value_heads", None) or heads
    )
    group = layer * heads + head // size * size
    return (group[:, None] == group) & ~np.eye(len(group), dtype=bool)
