"""What the benchmark of studies prints, on a tiny model; how long anything takes is left to the benchmark itself."""

from math import isfinite
from pathlib import Path

import pytest
from tiny import put_model

from mhattn_core.bench import study_costs
from mhattn_core.models.load import load
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TEXTS = ("The old cat slept.", "It was tired.", "Rain fell on the roof.", "She left.", "We saw the river.")


def test_a_row_a_study_over_the_basic_measures(tmp_path: Path) -> None:
    """One that is summed, one with a network of its own, one of all models, and the annotation that all share."""
    model = load(str(put_model(tmp_path / "model")))
    records = [PairRecord(str(line), SentencePair(text), line) for line, text in enumerate(TEXTS)]
    rows = study_costs(lambda: model, records, ("basic", "patterns", "distances", "matches"))
    assert [row["study"] for row in rows] == ["annotation", "basic", "patterns", "distances", "matches"]
    seconds = [float(str(row["seconds"])) for row in rows]
    assert [float(str(row["÷ basic"])) for row in rows] == pytest.approx([one / seconds[1] for one in seconds])
    assert all(map(isfinite, seconds))
    assert min(seconds[:-1]) > 0
