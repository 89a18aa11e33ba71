"""Which known kinds of heads a model has: previous token, duplicate, induction and copying, sinks, and a pattern of one's
own, each held against networks that have learned nothing.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.experiments.detectors.controls import PART, control_bounds
from mhattn_core.experiments.detectors.detect import detections
from mhattn_core.measures.detectors.names import PERIODS, TEXTS, WINDOW, WINDOWS
from mhattn_core.measures.detectors.table import COLUMNS, Bounds, detector_rows
from mhattn_core.measures.roles.bounds import NETWORKS
from mhattn_core.models.control_names import CONTROLS, RANDOM, SHUFFLED, Control, control_of, trained_name
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.reading import PairRecord

WORDS = 50
"""In a piece of the corpus, about; the cost is reckoned before anything is cut into tokens."""


def _measure(given: StudyInput) -> Tables:
    model = given.model
    found = detections(model, given.records, given.corpus.resources.mask, tell=given.tell)
    random95 = _bounds(given, RANDOM)
    # Weights that were drawn at random are what they were when they are shuffled.
    shuffled95 = random95 if control_of(model.name) == RANDOM else _bounds(given, SHUFFLED)
    tables = [
        detector_rows(model.name, asked, of, random95.get(asked, np.nan), shuffled95.get(asked, np.nan))
        for asked, of in found.items()
    ]
    return {"detectors": pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))}


def _bounds(given: StudyInput, control: Control) -> Bounds:
    """Of a control; a model and its own controls have it in common."""
    key = (f"detectors{control}", trained_name(given.model.name))
    if key not in given.corpus.known:
        mask = given.corpus.resources.mask
        given.corpus.known[key] = control_bounds(given.model, given.records, mask, control=control, tell=given.tell)
    known: Bounds = given.corpus.known[key]
    return known


def _work(_model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    words = sum(len(record.pair.a.words) for record in records)
    texts = len(PERIODS) * TEXTS + min(WINDOWS, words // WORDS)
    return texts + len(CONTROLS) * NETWORKS * texts // PART, float(WINDOW)


DETECTORS = Study(("detectors",), _measure, work=_work, factor=2.0)
