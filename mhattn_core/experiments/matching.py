"""What the heads of two models are matched by: patterns of many texts on words, and what is lost without each head."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mhattn_core.attention.batches import batches, collate, feed_all
from mhattn_core.experiments.ablation.single_head import each_off
from mhattn_core.experiments.ablation.trials import PRIMARY, Trials
from mhattn_core.experiments.redundancy.distance_sums import word_patterns
from mhattn_core.measures.matching.texts import TextPattern
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair


def text_patterns(model: Model, pairs: Sequence[SentencePair]) -> dict[str, dict[int, TextPattern]]:
    """All patterns of each stack; for a bounded number of texts, since they stay in memory."""
    rows, _problems = feed_all(model, pairs)
    found: dict[str, dict[int, TextPattern]] = {stack: {} for stack in model.stacks}
    for batch_rows in batches(model, rows):
        batch = collate(model, batch_rows)
        for stack, patterns in word_patterns(model, batch).items():
            axes = batch.axes[stack]
            query_side, key_side, mask = (
                axis.cpu().numpy() for axis in (axes.query_side, axes.key_side, axes.query_mask)
            )
            for place, row in enumerate(batch_rows):
                queries, keys = query_side[place] >= 0, key_side[place] >= 0
                pattern = patterns[place][:, queries][:, :, keys].clone()
                found[stack][row.number] = TextPattern(
                    pattern, query_side[place, queries], key_side[place, keys], mask[place, queries]
                )
    return found


def text_effects(
    model: Model, pairs: Sequence[SentencePair], *, tell: Callable[[int], object] = lambda _texts: None
) -> Mapping[str, np.ndarray]:
    """How much each head that is switched off changes each text, by stack, ``[head, text]``: the model's main quantity
    a word (its loss, or how far the sentence vector moves), less that of the whole model; NaN for a text that it cannot
    take. tell: so many texts more were put through the network.
    """
    trials = Trials(model, pairs)
    off = each_off(trials, PRIMARY, passes=lambda more, _of: tell(more))[trials.main]
    counts = trials.counts[trials.main]
    changes = np.full(off.shape, np.nan)
    np.divide(off - trials.intact[trials.main], counts, out=changes, where=np.broadcast_to(counts > 0, off.shape))
    stacks = np.array([head.stack for head in model.attention.all_heads()])
    return {stack: changes[stacks == stack] for stack in model.stacks}
