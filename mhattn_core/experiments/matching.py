"""Patterns of many texts on words, to match the heads of two models by."""

from collections.abc import Sequence

from mhattn_core.attention.batches import batches, collate, feed_all
from mhattn_core.experiments.redundancy.distance_sums import word_patterns
from mhattn_core.measures.matching.texts import TextPattern
from mhattn_core.models import Model
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
