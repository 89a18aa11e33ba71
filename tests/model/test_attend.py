"""attend() on families that read a pair otherwise than an encoder does."""

import numpy as np

import mhattn_core as mh


def test_a_causal_model_reads_bos_first_sentence_line_break_second(smollm2: mh.Model) -> None:
    seen = mh.attend(smollm2, mh.SentencePair("The cats sat.", "It rained 天"))
    tokens = seen.tokens("decoder")[0]
    assert tokens[1:6] == ("The", "cats", "sat", ".", "⏎")
    assert seen.token_sides("decoder")[0][:7] == (None, "a", "a", "a", "a", None, "b")
    grid = seen.words("decoder")
    assert grid.queries == ("The", "cats", "sat", ".", "It", "rained", "天")
    assert grid.block("a", "b").max() == 0
    assert np.triu(grid.pattern, 1).max() == 0
    np.testing.assert_allclose(grid.pattern.sum(axis=-1) + grid.special_mass, 1, atol=1e-5)


def test_bytes_of_one_character_are_numbered(smollm2: mh.Model) -> None:
    seen = mh.attend(smollm2, mh.SentencePair("a 垫"))
    parts = [token for token in seen.tokens("decoder")[0] if "垫" in token]
    assert parts == [f"垫 {number}/{len(parts)}" for number in range(1, len(parts) + 1)]
    assert len(parts) > 1
    assert seen.words("decoder").queries == ("a", "垫")
