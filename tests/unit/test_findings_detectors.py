"""What is said of detectors and of needles in haystacks, from numbers by hand."""

from pathlib import Path

import pytest
from detector_run import DETECTORS, with_detectors

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.findings.detectors.heads import counted
from mhattn_core.findings.detectors.kinds import kinds_of
from mhattn_core.findings.heads.compared import heads_in, measures_of
from mhattn_core.findings.matching.matched import matched, stack_pairs
from mhattn_core.findings.matching.pair import ends_of, matched_pair
from mhattn_core.heads import ModelHead
from mhattn_core.measures.matching.neighbours import profiles


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    return with_detectors("examples-en", tmp_path)


def test_heads_that_pass_are_counted_with_what_they_had_to_pass(run: mh.Run) -> None:
    finding = mh.finding(run, "detector_grid", model="smollm2", measure="induction")
    assert "2 of 3 heads of smollm2 pass" in finding.text
    assert "L3 H0 0.90, L3 H2 0.50" in finding.text
    assert "at least 0.30" in finding.text
    assert "random (0.10) and shuffled weights (0.20)" in finding.text
    assert "32 texts of random tokens" in finding.evidence
    assert "of the run's" not in finding.reading  # it rests on none of its pairs
    writing = mh.finding(run, "detector_grid", model="smollm2", measure="output_norm")
    assert "1 of 3 heads" in writing.text
    assert "at most 0.10" in writing.text
    none = mh.finding(run, "detector_grid", model="minilm", measure="sink.64")
    assert "No head of minilm passes" in none.text
    assert "nearest is L3 H2 0.25" in none.text
    assert "32 pieces of 64 tokens" in none.evidence
    with pytest.raises(Problem, match="not defined"):
        mh.finding(run, "detector_grid", model="minilm", measure="induction")


def test_detectors_are_counted_over_models_and_what_is_not_defined_is_not_there(run: mh.Run) -> None:
    table = counted(DETECTORS)
    cells = {(row.measure, row.model): (row.detected, row.heads) for row in table.itertuples()}
    assert cells[("induction", "smollm2")] == (2, 3)
    assert cells[("sink.64", "minilm")] == (0, 3)
    assert ("induction", "minilm") not in cells
    finding = mh.finding(run, "detected_heads")
    assert "2 of 3" in finding.text
    drawn = next(iter(finding.chart.to_dict()["datasets"].values()))
    assert {row["said"] for row in drawn} >= {"2 / 3", "0 / 3"}


def test_an_induction_head_looks_at_what_followed_and_copies_it(run: mh.Run) -> None:
    assert kinds_of(run, ModelHead("smollm2", "decoder", 3, 0)) == "induction head, writes next to nothing"
    assert kinds_of(run, ModelHead("smollm2", "decoder", 3, 1)) == "sink head"  # copying alone is no kind
    assert kinds_of(run, ModelHead("smollm2", "decoder", 3, 2)) == "prefix-matching head"
    assert kinds_of(run, ModelHead("smollm2", "decoder", 9, 0)) == ""
    assert kinds_of(mh.Run.open("examples-en"), ModelHead("smollm2", "decoder", 3, 0)) == ""
    card = run.head("smollm2", "decoder", 3, 0)
    assert "is called: induction head" in card.findings["head_detectors"].text
    assert "of no kind" in run.head("minilm", "encoder", 3, 0).findings["head_detectors"].text


def test_models_are_compared_by_detectors_where_the_run_has_them(run: mh.Run) -> None:
    assert "induction" in measures_of(run)
    assert "detectors.random95" not in measures_of(run)
    assert "induction" not in measures_of(mh.Run.open("examples-en"))
    assert "induction" not in measures_of(None)
    heads = heads_in(run, "smollm2")
    assert heads.loc[heads["measure"] == "induction", "value"].tolist() == [0.9, 0.1, 0.5]
    assert (heads["measure"] == "entropy").any()
    # Which heads are nearest is told by what was read on the run's own pairs.
    assert "induction" not in profiles(heads)
    assert profiles(heads).equals(profiles(heads_in(mh.Run.open("examples-en"), "smollm2")))


def test_matched_heads_have_their_names(tmp_path: Path) -> None:
    run = with_detectors("ewt-dev", tmp_path)
    found = matched(run, "smollm2", "minilm", "profile", stack_pairs(run, "smollm2", "minilm")[0])
    pair = int(found.table["head_b"].notna().idxmax())
    first, _second = ends_of(found, pair)
    DETECTORS.assign(layer=first.layer, head=first.head).query("model == 'smollm2' and value == 0.9").to_parquet(
        run.folder / "detectors.parquet"
    )
    said = matched_pair(found, pair, {}).sentence
    assert "Detectors call the first: prefix-matching head; the second: of no known kind." in said


def test_retrieval_heads_are_told_with_what_the_model_found(run: mh.Run) -> None:
    finding = mh.finding(run, "retrieval_heads")
    assert "2 of 3 heads of smollm2 are retrieval heads (66.7%" in finding.text
    assert "L3 H0 with 0.25" in finding.text
    assert "writes 55% of the needle" in finding.text
    assert finding.evidence == "4 haystacks"
    found = mh.finding(run, "needles_found")
    assert "90% of the needle’s words after 256 tokens, 20% after 512" in found.text
    masked = mh.finding(run, "retrieval_masking")
    assert "Without the 3 heads that look up most smollm2 writes 20%" in masked.text
    assert "as many random heads 80%, with all 90%" in masked.text
    for one in (finding, found, masked):
        assert one.chart.to_dict()
    with pytest.raises(Problem, match="no needles"):
        mh.finding(run, "retrieval_heads", model="minilm")
