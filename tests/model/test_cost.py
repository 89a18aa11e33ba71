"""What a run is said to cost: parts that stand in a known proportion to the forward pass."""

import pytest

from mhattn_core.models import load
from mhattn_core.runs.cost import estimate
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

RECORDS = [PairRecord(str(line), SentencePair(f"The dog saw {line} cats.", "They ran."), line) for line in range(1, 6)]


def test_a_twin_is_spared_the_random_models_that_its_model_has_paid_for() -> None:
    """Five pairs: themselves, and 20 random models of them; each pass 2.5 times a bare one."""
    model = load("minilm")
    alone = estimate(model, RECORDS, ["basic", "relations"])
    after = estimate(model, RECORDS, ["basic", "relations"], twins_known=True)
    assert alone.parts["relations"] / alone.parts["forward"] == pytest.approx(21 * 2.5)
    assert after.parts["relations"] / after.parts["forward"] == pytest.approx(2.5)
