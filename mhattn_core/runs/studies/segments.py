"""Which head feeds a summary from the segment that is likest to it: documents (first texts) with their summaries
(second texts).
"""

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

import numpy as np
import pandas as pd

from mhattn_core.attention.segments import LONGEST_WINDOW, Rows, SegmentWeights, segment_weights, windows, writing_stack
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.segment_tables import Answers, answers_of, best_table, heads_table, items_table
from mhattn_core.measures.segments import rouge
from mhattn_core.models.model import Model
from mhattn_core.runs.progress import Cancelled
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import fold_of, text_key
from mhattn_core.text.documents import Document, place_of, read_document, sentences_of
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.words import Sentence

ROWS: Rows = "awo"
MOST_DRAWN = 20
"""Documents whose every word of the summary is kept, to be drawn."""
MOST_CELLS = 2_000_000
"""Heads × words × segments that are kept of one model; a document for which no room is left is measured all the same,
and drawn only live.
"""
BITS = 8
"""Of each weight that is kept: it is right to 0.4 %, and the table a third as large."""
WEIGHT_TYPES = {
    "layer": "int16",
    "head": "int16",
    "word": "int16",
    "segment": "int16",
    "weight": "float32",
    "own": "float32",
}
DOCUMENT_TYPES = {
    "id": "str",
    "model": "str",
    "stack": "str",
    "segments": "int32",
    "windows": "object",
    "prefix": "str",
    "reason": "str",
}


def _measure(given: StudyInput) -> Tables:
    name, stack = given.model.name, writing_stack(given.model) or ""
    answers: list[Answers] = []
    documents: list[dict[str, object]] = []
    drawn: list[pd.DataFrame] = []
    for record in given.records if stack else ():
        told: dict[str, object] = {"id": record.id, "segments": 0, "windows": [], "prefix": "", "reason": ""}
        try:
            found, answer = _document(given, record)
            answers.append(answer)
            read = [[list(part) for part in window] for window in found.windows]
            told |= {"segments": answer.segments, "windows": read, "prefix": found.prefix}
            if len(drawn) < MOST_DRAWN and sum(map(len, drawn)) + found.weights.size <= MOST_CELLS:
                drawn.append(_cells(found).assign(id=record.id))
        except Problem as problem:
            told["reason"] = problem.happened
        documents.append(told)
        given.tell(1)
    whose = {"model": name, "stack": stack}
    return {
        "segments": heads_table(name, stack, ROWS, answers),
        "segment_heads": best_table(name, stack, ROWS, answers),
        "segment_items": items_table(name, stack, ROWS, answers),
        "segment_documents": pd.DataFrame(documents, columns=list(DOCUMENT_TYPES))
        .assign(**whose)
        .astype(DOCUMENT_TYPES),
        "segment_weights": pd.concat(drawn or [pd.DataFrame(columns=["id", *WEIGHT_TYPES])], ignore_index=True)
        .astype(WEIGHT_TYPES)
        .assign(**whose),
    }


def _document(given: StudyInput, record: PairRecord) -> tuple[SegmentWeights, Answers]:
    """Raises Problem for a pair that has nothing to tell, or that the model cannot take."""
    document, summary = _read(record)
    found = segment_weights(given.model, document, summary, rows=ROWS, tell=lambda _done, _windows: given.tell(0))
    parts = sentences_of(summary.text)
    answers = answers_of(
        record.id,
        text_key(record),
        fold_of(record),
        weights=found.weights,
        words=found.words,
        unit=place_of(summary, parts),
        likeness=rouge(parts, document.segments),
    )
    return found, answers


def _read(record: PairRecord) -> tuple[Document, Sentence]:
    """Raises Problem for a pair that has nothing to tell."""
    document, summary = read_document(record.pair.source), record.pair.b
    if not summary:
        raise Problem(_("It has no summary."), "")
    if len(document.segments) < 2:
        raise Problem(_("It has a single paragraph: there is nothing to choose from."), "")
    return document, summary


def _seconds(model: Model, records: Sequence[PairRecord]) -> float:
    """A window of the longest document, timed, for as many words as all documents have; 0 where nothing can be
    measured.
    """
    if writing_stack(model) is None:
        return 0.0
    read: list[tuple[Document, Sentence]] = []
    for record in records:
        with suppress(Problem):
            read.append(_read(record))
    document, summary = max(read, key=lambda texts: sum(texts[0].words), default=(None, None))
    if document is None or summary is None:
        return 0.0
    try:
        window = windows(model, document, summary, longest=min(LONGEST_WINDOW, model.longest))[0]
        start = monotonic()
        with suppress(Cancelled):
            segment_weights(model, document, summary, rows=ROWS, tell=_stop)
        took = monotonic() - start
    except Problem:
        return 0.0
    return (
        took / sum(part.end - part.start for part in window) * sum(sum(document.words) for document, _summary in read)
    )


def _stop(_done: int, _windows: int) -> None:
    raise Cancelled


def _cells(found: SegmentWeights) -> pd.DataFrame:
    """A row a head, word of the summary and segment. ``own`` is the word's: it stands at the first segment, so that
    sums hold.
    """
    layer, head, word, segment = (place.ravel() for place in np.indices(found.weights.shape))
    own = np.where(segment == 0, np.broadcast_to(found.own[..., None], found.weights.shape).ravel(), np.nan)
    columns = {
        "layer": layer,
        "head": head,
        "word": word,
        "segment": segment,
        "weight": found.weights.ravel(),
        "own": own,
    }
    return pd.DataFrame(columns | {name: _rounded(columns[name]) for name in ("weight", "own")}).astype(WEIGHT_TYPES)


def _rounded(numbers: np.ndarray) -> np.ndarray:
    significand, exponent = np.frexp(numbers)
    return np.ldexp(np.round(np.ldexp(significand, BITS)), exponent - BITS)


SEGMENTS = Study(
    ("segments", "segment_heads", "segment_items", "segment_documents", "segment_weights"),
    _measure,
    passes=lambda pairs, _heads: pairs,
    seconds=_seconds,
)
