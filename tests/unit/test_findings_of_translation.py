"""What is said of heads as word aligners, and how it is got again."""

import numpy as np
import pandas as pd
import pytest
from loaded import loaded
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.attention.alignment_weights import alignment_weights
from mhattn_core.cli import command
from mhattn_core.experiments.alignment.shipped import shipped_alignment
from mhattn_core.findings.translation.all_heads import aligner_grid, best_aligner, held_out_aligner
from mhattn_core.findings.translation.one_head import link_lines, link_matrix
from mhattn_core.findings.translation.reference import aligner_reference, gold_reference
from mhattn_core.measures.alignment.measures import alignment_error_rate, error_sums, links
from mhattn_core.text.pharaoh import parse

PAIR = mh.SentencePair("The dog sleeps.", "狗睡觉。", target_words=("狗", "睡觉", "。"))


@pytest.fixture(scope="module")
def result() -> mh.AttentionResult:
    return mh.attend(loaded("marian-en-zh"), PAIR)


@pytest.mark.parametrize("make", [link_matrix, link_lines])
def test_code_gives_what_the_chosen_head_links(result: mh.AttentionResult, make: object) -> None:
    finding = make(result, alignment_weights(result, "awo"), 1, 3)
    again: dict[str, pd.DataFrame] = {}
    lines = finding.code.splitlines()
    exec("\n".join([*lines[:-1], f"table = {lines[-1]}"]), again)
    pd.testing.assert_frame_equal(again["table"], finding.table, check_exact=False)


def test_against_gold_each_line_is_right_wrong_or_missed(result: mh.AttentionResult) -> None:
    aligned = alignment_weights(result, "awo")
    gold = gold_reference(parse("1-0 2-1 3-2"), PAIR)
    layer, head = best_aligner(aligned, gold)
    table = link_lines(result, aligned, layer, head, gold).table
    tied = links(aligned)[layer, head]
    counted = table["kind"].value_counts()
    assert counted.get("right", 0) == (tied & gold.links.possible).sum()
    assert counted.get("missed", 0) == (gold.links.sure & ~tied).sum()
    error = float(alignment_error_rate(error_sums(tied, *gold.links)))
    assert f"alignment error is **{error:.2f}**" in link_matrix(result, aligned, layer, head, gold).sentence
    grid = aligner_grid(result, aligned, gold)
    assert grid.table["value"].iloc[0] == pytest.approx(error)
    assert grid.table["value"].is_monotonic_increasing


def test_without_gold_agreement_with_another_model_is_no_error(result: mh.AttentionResult) -> None:
    aligned = alignment_weights(result, "awo")
    other = aligner_reference("minilm", np.eye(3, 4, 1, dtype=bool))
    finding = link_lines(result, aligned, 0, 5, other)
    assert "against reference links" in finding.sentence
    assert set(finding.table["kind"]) <= {"link", "none"}
    assert "not gold" in aligner_grid(result, aligned, other).reading


def test_a_head_chosen_on_half_of_the_pairs_is_said_with_its_interval() -> None:
    table = shipped_alignment("marian-en-zh")
    assert table is not None
    best = table[table["choice"] == "head"].iloc[0]
    finding = held_out_aligner("marian-en-zh", table)
    assert f"**L{best['layer']:.0f} H{best['head']:.0f}**" in finding.sentence
    assert f"[{best['low']:.0%}, {best['high']:.0%}]" in finding.sentence
    worse = table.assign(gain_low=-0.2, gain_high=-0.1)
    assert "no evidence that this head aligns" in held_out_aligner("x", worse).sentence


def test_the_reference_aligner_is_an_option_and_its_old_name_is_not_shown() -> None:
    shown = CliRunner().invoke(command, ["align", "--help"], env={"COLUMNS": "200"}).output
    assert "--reference" in shown
    assert "--yardstick" not in shown
    old = CliRunner().invoke(command, ["align", "nowhere.tsv", "--model", "x", "--out", "x", "--yardstick", "minilm"])
    assert "No such option" not in old.output
