"""Detectors while a page waits: a few random texts, and no controls."""

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.experiments.detectors.detect import detections
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import TEXTS_LIVE, WINDOW
from mhattn_core.measures.detectors.table import detector_rows
from mhattn_core.models.model import Model


def detectors_on_random_tokens(model: Model, *, texts: int = TEXTS_LIVE) -> pd.DataFrame:
    """Rows of ``detectors.parquet`` for what is read on random tokens that repeat, without intervals and controls.

    Raises Problem for a model that takes no texts so long.
    """
    found = detections(model, texts=texts)
    if not found:
        raise Problem(
            _("“{name}” reads too few tokens at once for texts that repeat, or has too few.").format(name=model.name),
            _("Choose another model; {tokens} tokens are enough for all that is asked.").format(tokens=2 * WINDOW),
        )
    return pd.concat([detector_rows(model.name, *one) for one in found.items()], ignore_index=True)
