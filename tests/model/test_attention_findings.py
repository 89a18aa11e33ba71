"""What is said of several heads side by side, on a real model and its random control."""

import pandas as pd
import pytest
from loaded import loaded

import mhattn_core as mh
from mhattn_core.findings.attention.lines import attention_bars, attention_lines
from mhattn_core.findings.attention.shown import LINES_KEPT, Shown, drawn, shared_scale
from mhattn_core.heads import Head

PAIR = mh.SentencePair("The cat climbed into the basket.", "It was tired.")
LONG = mh.SentencePair(" ".join(["the old keys lay on the table while students read long books there"] * 5))


def shown(head: Head, pair: mh.SentencePair = PAIR) -> list[Shown]:
    return [Shown(mh.attend(loaded(name), pair), head) for name in ("minilm", "minilm@random")]


def test_the_code_gives_the_numbers_of_all_models_again() -> None:
    finding = attention_lines(shown(Head("encoder", 2, 8)))
    *lines, _start = finding.code.split("all_weights([")
    names: dict[str, object] = {}
    exec(lines[0], names)  # noqa: S102 - our own code
    again = eval(finding.code[len(lines[0]) :], names)  # noqa: S307 - our own code
    pd.testing.assert_frame_equal(again, finding.table)


def test_lines_are_the_weights_and_stay_few_for_long_sentences() -> None:
    two = shown(Head("encoder", 2, 8), LONG)
    of, least = drawn(two, stretched=False)
    assert len(of.words[(of.words["panel"] == 0) & (of.words["side"] == "query")]) == 65
    assert len(of.lines) <= LINES_KEPT
    assert least > 0.05
    row = of.lines[(of.lines["panel"] == 0) & ~of.lines["special"] & (of.lines["head"] >= 0)].iloc[100]
    grid = two[0].result.words("encoder").pattern
    place = [int(row[name]) for name in ("layer", "head", "query_position", "key_position")]
    assert grid[tuple(place)] == pytest.approx(row["weight"], abs=6e-4)  # three decimals
    # What goes to the browser for twelve heads of sixty-five words in two models.
    spec = attention_lines(two).draw().to_json(validate=False)
    assert len(spec) < 1_000_000


def test_a_stretched_scale_ends_at_each_models_own_weight_and_a_shared_one_does_not() -> None:
    two = shown(Head("encoder", 2, 8))
    of, _least = drawn(two, stretched=True)
    trained, random = of.panels["most"]
    assert trained > 3 * random
    assert set(drawn(two, stretched=False)[0].panels["most"]) == {1.0}
    assert shared_scale(two) >= trained


def test_a_head_that_follows_a_position_is_called_so_and_others_say_a_link_between_two_words() -> None:
    assert "looks at the previous word" in attention_lines(shown(Head("encoder", 0, 2))).sentence
    said = attention_bars(shown(Head("encoder", 5, 11))).sentence
    assert "of its attention on" in said
    assert "minilm@random · L5 H11: 0." in said
