"""What a run holds of single documents: the weights of their summaries, and how heads agree with ROUGE on all the
others.
"""

import numpy as np
import pandas as pd

from mhattn_core.attention.segments import SegmentPart, SegmentWeights
from mhattn_core.measures.segment_tables import hits_of
from mhattn_core.runs.run import Run


def stored_weights(run: Run, model: str, id: str) -> SegmentWeights | None:
    """What ``segment_weights`` gave for a document (by its pair's id), each weight to 0.4 %; None where the run does
    not hold it.
    """
    if not run.has("segment_weights"):
        return None
    cells = run.table("segment_weights", model=model, id=id)
    if cells.empty:
        return None
    shape = tuple(int(cells[axis].max()) + 1 for axis in ("layer", "head", "word", "segment"))
    cells = cells.sort_values(["layer", "head", "word", "segment"])
    weights = cells["weight"].to_numpy(np.float32).reshape(shape)
    own = cells.loc[cells["segment"] == 0, "own"].to_numpy(np.float32).reshape(shape[:-1])
    told = run.table("segment_documents", model=model, id=id).iloc[0]
    windows = tuple(tuple(SegmentPart(*map(int, part)) for part in window) for window in told["windows"])
    words = np.zeros(shape[-1], dtype=int)
    for window in windows:
        for part in window:
            words[part.segment] += part.end - part.start
    # Runs of before prefixes were fed have no such column.
    return SegmentWeights(told["stack"], weights, own, words, windows, told.get("prefix", ""))


def agreement_elsewhere(run: Run, model: str, id: str) -> pd.DataFrame:
    """How often each head agrees with ROUGE on the run's other documents: layer, head, agreement, units; the best
    first.

    Of equals the first layer and head stand first. Empty where there is no other document, or the model writes no
    summaries.
    Raises Problem when the run did not measure segments.
    """
    heads = (
        run.table("segments", model=model)[["layer", "head"]]
        .drop_duplicates()
        .sort_values(["layer", "head"], ignore_index=True)
    )
    items = run.table("segment_items", model=model)
    others = items[items["id"] != id]
    if others.empty:
        return pd.DataFrame(columns=["layer", "head", "agreement", "units"])
    hits = hits_of(others, len(heads))
    table = heads.assign(agreement=hits.mean(axis=0), units=len(hits))
    return table.sort_values(["agreement", "layer", "head"], ascending=[False, True, True], ignore_index=True)
