"""Everything about one model as an aligner."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.experiments.alignment.align import Progress, align, embedding_sums, silent
from mhattn_core.measures.alignment.aligned import GoldPair
from mhattn_core.measures.alignment.held_out import best_combined, best_head, held_out_rows
from mhattn_core.measures.alignment.tables import alignment_table, baseline_row, named_row
from mhattn_core.models.model import Model


def report(
    model: Model,
    pairs: Sequence[GoldPair],
    *,
    turned: bool = False,
    reverse: Model | None = None,
    reference: Model | None = None,
    progress: Progress = silent,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everything about one model as an aligner: a table of every head, held-out choices and baselines, and the pairs
    skipped (line, reason).

    reverse: a translator of the other direction, whose links are combined with this model's; an encoder that reads both
    sentences is its own.
    reference: an encoder whose embeddings align. Raises Problem as ``align``, and when the two directions leave out
    different pairs.
    """
    aligned = align(model, pairs, turned=turned, progress=progress)
    choices = [best_head(aligned)]
    if reverse is not None:
        backward = align(reverse, pairs, turned=not turned, progress=progress)
        choices += best_combined(*((backward, aligned) if turned else (aligned, backward)))
    elif "encoder" in {reading.stack for reading in aligned.found}:
        choices += best_combined(aligned, aligned)
    tables = [
        alignment_table(aligned).assign(choice=""),
        baseline_row(aligned).assign(choice=""),
        held_out_rows(aligned, choices),
    ]
    if reference is not None:
        left_out = set(aligned.skipped["line"])
        sums = embedding_sums(reference, [record for record in pairs if record.line not in left_out])
        tables.append(named_row(reference.name, sums, aligned.keys).assign(stack="embeddings", choice=""))
    return pd.concat(tables, ignore_index=True), aligned.skipped
