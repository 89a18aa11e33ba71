"""What a run is said to cost: parts that stand in a known proportion to the forward pass, few tokens where texts are
long.
"""

from itertools import count
from pathlib import Path

import pytest
from cases import family_named, model_of
from loaded import loaded

from mhattn_core.measures.measure import MEASURES
from mhattn_core.runs import chunk, cost
from mhattn_core.runs.cost import estimate, refuse
from mhattn_core.runs.studies import segments
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

RECORDS = [PairRecord(str(line), SentencePair(f"The dog saw {line} cats.", "They ran."), line) for line in range(1, 6)]
PARAGRAPH = "The cat sits on the mat ."


def document(paragraphs: int) -> PairRecord:
    return PairRecord("1", SentencePair("\n\n".join([PARAGRAPH] * paragraphs), "The cat"), 1)


def test_a_twin_is_spared_the_random_models_that_its_model_has_paid_for() -> None:
    """Five pairs: themselves, and 8 random controls of them; each pass twice a bare one."""
    model = loaded("minilm")
    alone = estimate(model, RECORDS, ["basic", "relations"])
    after = estimate(model, RECORDS, ["basic", "relations"], controls_known=True)
    assert alone.parts["relations"] / alone.parts["forward"] == pytest.approx(9 * 2)
    assert after.parts["relations"] / after.parts["forward"] == pytest.approx(2)


def test_of_long_pairs_fewer_are_tried_and_their_tokens_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair has 12 tokens in all-MiniLM (two of them [SEP], one [CLS], and two full stops): 60, of which 30 may be
    tried, so two pairs.
    """
    model = loaded("minilm")
    whole = estimate(model, RECORDS, ["basic"])
    monkeypatch.setattr(cost, "TOKENS_TRIED", whole.tokens // 2)
    half = estimate(model, RECORDS, ["basic"])
    assert (whole.tried, half.tried) == (5, 2)
    assert half.tokens == whole.tokens


def test_while_it_measures_it_says_how_far_it_is() -> None:
    """So that a page can be ended meanwhile: at the start, after feeding, after all sums together, and after each."""
    heard: list[float] = []
    estimate(loaded("minilm"), RECORDS, ["basic", "patterns", "relations", "distances"], tell=heard.append)
    assert heard[0] == 0
    assert heard == sorted(set(heard))
    assert heard[-1] <= 1
    assert len(heard) == 3 + len([name for name in ("basic", "patterns", "relations", "distances") if name in MEASURES])


def test_a_pair_too_long_for_many_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "LONGEST_IN_PARTS", 9)
    found = estimate(loaded("minilm"), RECORDS, ["basic"])
    assert found.reasons[0] == "This text has 12 tokens; among many, those of up to 9 are measured."
    assert len(found.reasons) == found.tried == 5


def test_documents_longer_than_the_model_cost_what_their_windows_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that ticks once a question: a window takes one second, for whole paragraphs of seven words each."""
    model = model_of(family_named("llama"))
    ticks = count()
    monkeypatch.setattr(segments, "monotonic", lambda: next(ticks))
    found = estimate(model, [document(20)], ["basic", "segments"])
    assert len(found.reasons) == found.tried == 1
    assert "takes 60" in found.reasons[0]
    paragraphs_of_a_window = (60 - 2 - 12) // (7 + 1)
    assert found.parts["segments"] == pytest.approx(20 / paragraphs_of_a_window)
    assert found.seconds >= found.parts["segments"]
    refuse([found], tmp_path)


def test_an_encoder_reads_no_segments() -> None:
    assert estimate(loaded("minilm"), RECORDS, ["segments"]).parts["segments"] == 0
