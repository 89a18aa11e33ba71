"""What is said of what heads add: to one word of a pair, and over the texts of a run."""

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.contributions.links import LinksFound, links_found
from mhattn_core.experiments.contributions.next_token import next_token
from mhattn_core.experiments.contributions.norms import weights_and_lengths
from mhattn_core.experiments.contributions.through_layers import through_layers
from mhattn_core.experiments.contributions.word import WordContributions, contributions_to
from mhattn_core.findings.contributions.heads import added_to_word, over_texts, require_rows
from mhattn_core.findings.contributions.links import beside_chance, first_word, found_together, links_in
from mhattn_core.findings.contributions.norms import on_special_tokens, special_tokens, weights_and_lengths_of_row
from mhattn_core.findings.contributions.overlap import directions_at_word, require_words, unique_shares
from mhattn_core.findings.contributions.positions import every_position
from mhattn_core.findings.contributions.through_layers import require_self_attention, rollout_and_flow
from mhattn_core.findings.markdown import plain
from mhattn_core.text.claims import claims
from mhattn_core.text.gallery import gallery

PAIR = mh.SentencePair(
    "The untranslatable *keys* that the old man lost yesterday are on the kitchen table, and nobody knows why.",
    "They were found today.",
)


@pytest.fixture(scope="module")
def word(minilm: mh.Model) -> WordContributions:
    return contributions_to(mh.attend(minilm, PAIR), "encoder", "a1")


def value_of(code: str) -> object:
    again: dict[str, object] = {}
    lines = code.splitlines()
    exec("\n".join([*lines[:-1], f"value = {lines[-1]}"]), again)
    return again["value"]


def test_a_word_of_several_pieces_gets_the_mean_of_theirs(word: WordContributions, minilm: mh.Model) -> None:
    pieces = word.queries.pieces(word.unit)
    assert word.word == "untranslatable"
    assert len(pieces) > 1
    added = mh.attend(minilm, PAIR).contributions("encoder")
    np.testing.assert_allclose(word.vectors, added[:, :, pieces].mean(axis=2), atol=1e-5)
    with pytest.raises(NotAvailable, match="does not read this word"):
        contributions_to(word.result, "encoder", "a99")


@pytest.mark.parametrize("measure", ["length", "share"])
def test_code_gives_the_heads_that_are_drawn(word: WordContributions, measure: str) -> None:
    finding = added_to_word(word, measure)
    assert finding.pairs == 1
    assert f"minilm@{word.result.model.revision}" in finding.source
    pd.testing.assert_frame_equal(value_of(finding.code), finding.table)
    assert len(finding.table) == 72
    drawn = finding.chart.to_dict()["layer"][0]["encoding"]["color"]["scale"]
    assert ("domainMid" in drawn or drawn["domain"][0] < 0) == (measure == "share")
    top = finding.table.loc[finding.table["value"].idxmax()]
    if measure == "length":
        named = f"L{top['layer']} H{top['head']} adds most to “untranslatable”: a vector of length {top['value']:.2f}"
        assert named in plain(finding.sentence)
    else:
        np.testing.assert_allclose(finding.table.groupby("layer")["value"].sum(), 1, atol=1e-5)


def test_code_gives_the_overlap_of_the_layer_that_was_chosen(word: WordContributions) -> None:
    finding = directions_at_word(word, 3)
    np.testing.assert_allclose(value_of(finding.code), finding.table.to_numpy(), atol=1e-6)
    unique = unique_shares(word, 3, word.unique_shares(3))
    pd.testing.assert_frame_equal(value_of(unique.code), unique.table)
    assert set(unique.table["layer"]) == {3}


def test_too_few_words_or_heads_are_said(minilm: mh.Model, word: WordContributions) -> None:
    short = contributions_to(mh.attend(minilm, mh.SentencePair("The cat sat.")), "encoder", "a0")
    with pytest.raises(NotAvailable, match="this pair has 4 words"):
        require_words(short)
    silent = WordContributions(
        word.result, "encoder", word.queries, word.keys, word.id, word.unit, np.zeros_like(word.added)
    )
    with pytest.raises(NotAvailable, match="Fewer than two heads"):
        directions_at_word(silent, 0)
    with pytest.raises(NotAvailable, match="no language head"):
        next_token(word)
    with pytest.raises(NotAvailable, match="in every layer"):
        require_self_attention("cross")


def test_code_gives_weights_and_lengths(word: WordContributions) -> None:
    measured = weights_and_lengths(word.result, "encoder")
    of_all = special_tokens(word, measured)
    assert value_of(of_all.code).to_numpy() == pytest.approx(of_all.table.to_numpy(), nan_ok=True)
    of_row = weights_and_lengths_of_row(word, measured, (4, 5))
    lengths = of_row.table[of_row.table["series"] != "attention"]["value"]
    assert lengths.sum() == pytest.approx(1)
    np.testing.assert_allclose(value_of(of_row.code), lengths, atol=1e-6)
    positions = every_position(word, measured, (4, 5))
    once = positions.table.drop_duplicates("position")
    np.testing.assert_allclose(value_of(positions.code), once["length"], atol=1e-6)
    longest = once.loc[once["length"].idxmax()]
    assert f"a vector of length {longest['length']:.2f}" in plain(positions.sentence)


def test_code_gives_the_way_through_as_many_layers(word: WordContributions) -> None:
    finding = rollout_and_flow(word, 2, through_layers(word.result, "encoder", word.unit, 2))
    again = value_of(finding.code)
    np.testing.assert_allclose(again["value"], finding.table["value"])
    assert set(again["series"]) == {"rollout", "flow"}
    assert "After layer 1 of minilm" in plain(finding.sentence)


def test_heads_that_look_at_special_tokens_are_counted_by_hand() -> None:
    heads = pd.DataFrame({"weight": [0.9, 0.7, 0.2], "received": [0.3, 0.1, 0.2], "rank": [0.1, 0.2, 0.9]})
    assert on_special_tokens("m", heads) == (
        "2 of m's 3 heads put more than half of their attention on special tokens, 80% in the mean; of the length that "
        "they pass on 20% comes from there."
    )
    assert "No head of m" in on_special_tokens("m", heads.assign(weight=0.5))


def test_over_texts_an_interval_is_said_where_there_is_one() -> None:
    rows = pd.DataFrame(
        {
            "layer": [0, 0, 1],
            "head": [0, 1, 0],
            "value": [0.2, 0.9, -0.1],
            "low": [0.1, 0.8, -0.2],
            "high": [0.3, 1, -0.05],
        }
    )
    assert over_texts(rows, "share") == (
        "The largest part of its layer's sum is L0 H1's: 0.90 [0.80, 1.00]; 1 of 3 heads work against the sum of their "
        "layer."
    )
    few = rows.assign(low=np.nan, high=np.nan)
    assert over_texts(few, "unique_share").startswith("The others tell least of L0 H1: unique share 0.90; ")
    assert over_texts(few, "length").startswith("Longest is what L0 H1 adds: 0.90 in the mean; ")


def test_a_run_says_what_heads_add_and_refuses_what_it_has_not() -> None:
    run = mh.Run.open("ewt-dev")
    finding = mh.finding(run, "contributions", model="minilm", measure="length")
    rows = run.table("fusion", model="minilm", stack="encoder")
    longest = rows[rows["measure"] == "length"].sort_values("value").iloc[-1]
    assert f"L{longest['layer']} H{longest['head']} adds: {longest['value']:.2f}" in plain(finding.sentence)
    with pytest.raises(mh.Problem, match="has no “beauty”"):
        mh.finding(run, "contributions", measure="beauty")
    with pytest.raises(NotAvailable, match="no contributions of minilm's cross"):
        require_rows(run, model="minilm", stack="cross")


def test_links_are_held_against_chance_by_hand() -> None:
    hits = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], dtype=bool)
    by_chance = np.tile([0.25, 0.5, 0.5], (20, 1))
    links = LinksFound("m", 2, ("a → b",) * 4, hits, [(0,), (0, 1)], [0.5, 0.75, 0.75], by_chance)
    assert beside_chance(links) == (
        "Of the 4 links that the note draws, m's best single head, L0 H0, finds 2; the best three together find 3 "
        "(L0 H0, L0 H1). For one head that is more than the best of as many random choosers (at most 1 in 95 % of "
        "draws)."
    )
    unlikely = LinksFound("m", 2, ("a → b",) * 4, hits, [(0,)], [0.25, 0.25, 0.25], by_chance)
    assert "That is no evidence" in beside_chance(unlikely)


def test_code_gives_the_links_that_are_found(minilm: mh.Model) -> None:
    result = mh.attend(minilm, gallery()["fox"].pair)
    of_note = [claim for claim in claims() if claim.sentence == "fox" and claim.links]
    finding = found_together(result, links_found(result, links_in(of_note)), of_note)
    pd.testing.assert_frame_equal(value_of(finding.code), finding.table)
    assert first_word("fox", ["a0", "a1", "a2", "a3", "a4"]) == f"a{of_note[0].links[0][0]}"
    assert first_word("", ["a0", "a1", "a2"]) == "a1"
