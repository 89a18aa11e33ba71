"""Which head is shown first, and what goes with it in another model."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mhattn_core.arrays.word_grid import WordAxis, WordGrid
from mhattn_core.charts import verdict_names
from mhattn_core.findings.attention.linked import linked_head
from mhattn_core.findings.attention.roles import NamedRun, role_sentence
from mhattn_core.findings.attention.suggested import suggested_head
from mhattn_core.heads import Head
from mhattn_core.measures.default_head import position_of, positional_shares, suggested_heads


class Fake(SimpleNamespace):
    """One object is not another, as of what is kept by it."""

    __hash__ = object.__hash__


WORDS = 4
PREVIOUS = np.eye(WORDS, k=-1) + np.diag([1.0, 0, 0, 0])
FIRST = np.tile([1.0, 0, 0, 0], (WORDS, 1))
CROSSED = np.eye(WORDS)[[2, 3, 0, 1]]
"""Each word looks two words away: sharp, and at no fixed place."""
EVEN = np.full((WORDS, WORDS), 1 / WORDS)


def grid(*layers: list[np.ndarray], special: float = 0.2, keys: int = WORDS) -> WordGrid:
    pattern = np.array(layers) * (1 - special)
    axes = [WordAxis(tuple(map(str, range(n))), ("a",) * n, np.eye(n), np.zeros(n)) for n in (WORDS, keys)]
    mass = np.full(pattern.shape[:3], special)
    return WordGrid(pattern, mass, np.ones((WORDS, keys), dtype=bool), axes[0], axes[0] if keys == WORDS else axes[1])


def seen(words: WordGrid, name: str = "m", family: str = "bert") -> Any:
    """As much of an ``AttentionResult`` as is asked for."""
    layers, heads = words.pattern.shape[:2]
    all_heads = [Head("encoder", layer, head) for layer in range(layers) for head in range(heads)]
    model = SimpleNamespace(name=name, family=family, attention=SimpleNamespace(all_heads=lambda: all_heads))
    return Fake(model=model, words=lambda _stack: words, pattern=lambda _stack: words.pattern)


def run(**tables: pd.DataFrame) -> NamedRun:
    """A run of these tables, called so that Markdown would take its name for emphasis."""
    matches = tables.get("matches")
    fake: Any = Fake(
        relations=tables.get("relations"),
        match=lambda a, b: matches[(matches["model_a"] == a) & (matches["model_b"] == b)],
        manifest=SimpleNamespace(pairs=2001),
    )
    return NamedRun(fake, "my *run*")


def relation_row(**more: Any) -> dict[str, Any]:
    row = {"model": "m", "stack": "encoder", "relation": "obj", "score": "hit", "layer": 0, "head": 0, "held_out": 0.62}
    return row | {"gain": 0.2, "random95": 0.23, "verdict": "specialist"} | more


def test_positions_are_shares_of_the_weight_on_words() -> None:
    shares = positional_shares(grid([PREVIOUS, EVEN]))
    assert shares["previous"][0].tolist() == pytest.approx([0.75, 3 / 16])  # the first word has none before it
    assert shares["self"][0].tolist() == pytest.approx([0.25, 0.25])
    assert shares["first"][0].tolist() == pytest.approx([0.5, 0.25])
    assert position_of(shares, 0, 0) == ("previous", pytest.approx(0.75))
    assert position_of(shares, 0, 1)[0] == ""


def test_words_with_hardly_a_choice_say_nothing_of_position() -> None:
    causal = grid([np.tril(EVEN) / np.tril(EVEN).sum(axis=1, keepdims=True)])
    causal.visible[:] = np.tril(np.ones((WORDS, WORDS), dtype=bool))
    # Of the third word a third, of the fourth a quarter.
    assert positional_shares(causal)["self"].item() == pytest.approx((1 / 3 + 1 / 4) / 2)


def test_two_sentences_have_a_first_word_in_common_and_no_word_before() -> None:
    crossed = grid([np.full((WORDS, 3), 1 / 3)], keys=3)
    assert list(positional_shares(crossed)) == ["first"]


def test_a_head_that_follows_a_position_comes_after_one_that_does_not_however_sharp() -> None:
    order, useful = suggested_heads(grid([PREVIOUS, EVEN], [FIRST, CROSSED]))
    assert order[:2] == [(1, 1), (0, 1)]
    assert useful == 2
    on_special, none = suggested_heads(grid([PREVIOUS, EVEN], [FIRST, CROSSED], special=0.6))
    assert none == 0
    assert on_special[0] == (1, 1)


def test_a_head_with_a_role_is_preferred_unless_position_tells_the_role() -> None:
    result = seen(grid([PREVIOUS, EVEN], [FIRST, CROSSED]))
    assert suggested_head(result, "encoder")[0] == Head("encoder", 1, 1)
    role = run(relations=pd.DataFrame([relation_row(head=1)]))
    head, why = suggested_head(result, "encoder", known=role)
    assert head == Head("encoder", 0, 1)
    assert why == "of the heads with a role in the run “my \\*run\\*”, the most concentrated here"
    of_position = run(relations=pd.DataFrame([relation_row(head=1, relation="two_before")]))
    assert suggested_head(result, "encoder", known=of_position)[0] == Head("encoder", 1, 1)
    # A head of a role that follows a position on this sentence is not shown.
    assert suggested_head(result, "encoder", known=run(relations=pd.DataFrame([relation_row()])))[0].cell == (1, 1)


def test_a_head_chosen_by_hand_is_shown_unless_it_follows_a_position() -> None:
    result = seen(grid([PREVIOUS, EVEN], [FIRST, CROSSED]))
    assert suggested_head(result, "encoder", by_hand="L0 H1")[0].cell == (0, 1)
    assert suggested_head(result, "encoder", by_hand="L0 H0")[0].cell == (1, 1)


def test_where_all_heads_follow_positions_the_page_says_so() -> None:
    head, why = suggested_head(seen(grid([PREVIOUS, FIRST])), "encoder")
    assert head == Head("encoder", 0, 0)
    assert why == "every head here follows a position or attends to special tokens"


def test_a_role_is_said_with_its_held_out_number_and_with_what_random_weights_give() -> None:
    known = run(relations=pd.DataFrame([relation_row(), relation_row(relation="amod", gain=0.9, verdict="small gain")]))
    assert role_sentence(known, "m", Head("encoder", 0, 0)) == (
        "Role in the run “my \\*run\\*”: **object → verb**, right on 62% of held-out cases: attention specialist; "
        "the best head of random weights: 23%."
    ).replace("attention specialist", _verdict("specialist"))
    assert role_sentence(known, "m", Head("encoder", 0, 1)) == (
        "In the run “my \\*run\\*” (2,001 texts) no role was found for it."
    )


def _verdict(code: str) -> str:
    return verdict_names()[code]


def matched(verdict: str) -> NamedRun:
    row = {"model_a": "m", "stack_a": "encoder", "layer_a": 0, "head_a": 1, "model_b": "other", "stack_b": "encoder"}
    return run(matches=pd.DataFrame([row | {"layer_b": 2, "head_b": 0, "verdict": verdict}]))


def test_models_of_one_architecture_show_the_same_head() -> None:
    words = grid([PREVIOUS, EVEN], [FIRST, CROSSED])
    head, why = linked_head(seen(words), Head("encoder", 0, 1), seen(words, "m@random"), "encoder", None)
    assert (head, why) == (Head("encoder", 0, 1), "same head, same architecture")


def test_another_architecture_shows_the_counterpart_else_the_same_relative_layer() -> None:
    one, other = seen(grid([PREVIOUS, EVEN], [FIRST, CROSSED])), seen(grid([EVEN], [CROSSED], [EVEN]), "other", "llama")
    head, why = linked_head(one, Head("encoder", 0, 1), other, "encoder", matched("shared role"))
    assert head == Head("encoder", 2, 0)
    assert why == "counterpart in the run “my \\*run\\*” (shared role)"
    head, why = linked_head(one, Head("encoder", 0, 1), other, "encoder", matched("no counterpart"))
    assert head == Head("encoder", 0, 0)
    assert why.startswith("no counterpart in the run “my \\*run\\*”")
    head, why = linked_head(one, Head("encoder", 1, 0), other, "encoder", None)
    assert head == Head("encoder", 2, 0)
    assert why.startswith("no run matched these models")


def test_old_runs_still_open() -> None:
    """A relations table of an earlier version has no number of random weights."""
    known = run(relations=pd.DataFrame([relation_row(random95=np.nan)]))
    assert role_sentence(known, "m", Head("encoder", 0, 0)).endswith(f": {_verdict('specialist')}.")
