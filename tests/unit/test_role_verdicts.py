"""The table of relations and what it says of each: on planted heads, on heads that know nothing, on an older table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_role_scores import asked

from mhattn_core.measures.roles.bounds import bounds
from mhattn_core.measures.roles.causes import edges_needed, with_causes
from mhattn_core.measures.roles.class_rules import RULES
from mhattn_core.measures.roles.items import item_table
from mhattn_core.measures.roles.links import Questions
from mhattn_core.measures.roles.role import CONTROL, Role
from mhattn_core.measures.roles.scores import by_unit
from mhattn_core.measures.roles.significance import adjusted, cluster_t
from mhattn_core.measures.roles.table import (
    COLUMNS,
    RandomControls,
    StackItems,
    as_this_version_has_it,
    relations_table,
)
from mhattn_core.measures.roles.verdicts import (
    Causes,
    VerdictInput,
    reason_words,
    verdict,
)
from mhattn_core.measures.statistics import FOLDS, bootstrap_weights, fold


def corpus(
    random: np.random.Generator,
    pairs: int,
    relations: Sequence[str],
    right: np.ndarray,
    *,
    control: float = 0.1,
    rule: float = 0.3,
    word_mass: float = 0.6,
) -> tuple[StackItems, dict[str, str]]:
    """Two layers of six heads on relations of one item a pair; ``right`` ``[relation, head]`` is how often each head
    hits. Each relation's control is hit as often as ``control`` says, and the class rule as ``rule``.
    """
    names = [*relations, *(name + CONTROL for name in relations)]
    rates = np.concatenate([right, np.full_like(right, control)])
    number = pairs * len(names)
    pair, relation = np.tile(np.arange(pairs), len(names)), np.repeat(np.arange(len(names)), pairs)
    at = np.full(number, 12)
    answer = at + random.choice([-9, -7, -5, -3, 3, 5, 7, 9], size=number)
    questions = Questions("dependent_to_head", pair, relation, at, answer, np.full(number, -1))
    hit = random.random((number, right.shape[1])) < rates[relation]
    rules = np.zeros((number, len(RULES)), bool)
    rules[:, 9] = random.random(number) < rule
    ids = [f"p{place}" for place in range(pairs)]
    folds = [fold(id_) for id_ in ids]
    items = item_table(questions, hit, np.zeros_like(hit), rules, ids=ids, folds=folds, relations=names)
    on_words = {(name, "dependent_to_head"): np.full(right.shape[1], word_mass * pairs) for name in names}
    return StackItems((0, 1), 6, items, {}, on_words), {id_: f"text {id_}" for id_ in ids}


def controls(stacks: StackItems, best: float, shuffled: float | None = None) -> RandomControls:
    names = [name for name in stacks.items["relation"].unique() if not name.endswith(CONTROL)]
    roles = [Role("encoder", name, "hit", "dependent_to_head") for name in names]
    return RandomControls(dict.fromkeys(roles, best), dict.fromkeys(roles, best if shuffled is None else shuffled))


def one_head(rate: float) -> np.ndarray:
    right = np.full((1, 12), 0.2)
    right[0, 2] = rate
    return right


def test_a_planted_head_is_found_and_the_others_are_not() -> None:
    names = [f"r{number}" for number in range(12)]
    right = np.full((12, 12), 0.3)
    right[5, 9] = 0.75
    stacks, units = corpus(np.random.default_rng(1), 900, names, right)
    table = relations_table("m", {"encoder": stacks}, units, controls(stacks, 0.4), upos="gold")
    assert list(table) == list(COLUMNS)
    assert table["relation"].tolist() == names  # a control is a column, not a row
    found = table[table["verdict"] == "pattern specialist"]
    assert found[["model", "stack", "relation", "score", "layer", "head"]].to_numpy().tolist() == [
        ["m", "encoder", "r5", "hit", 1, 3]
    ]
    row = found.iloc[0]
    assert row["held_out"] == pytest.approx(0.75, abs=0.03)
    assert row["low"] <= row["gain"] <= row["high"]
    assert (row["class_rule"], row["word_class"], row["side"], row["upos"]) == (
        pytest.approx(0.3, abs=0.04),
        *RULES[9],
        "gold",
    )
    assert row["control"] == pytest.approx(0.1, abs=0.03)
    assert row["selectivity_low"] < row["selectivity"] == pytest.approx(0.65, abs=0.04)
    assert row["word_mass"] == pytest.approx(0.6)
    assert row["wins"] == 1
    assert row["p_max"] == pytest.approx(1 / 2001)
    assert row["q"] < 1e-6


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({"rule": 0.75}, ("nearest-class head", "nearest class")),
        ({"rule": 0.62}, ("small gain", "small gain")),
        ({"control": 0.75}, ("no evidence", "not selective")),
        ({"word_mass": 0.03}, ("no evidence", "little word mass")),
        ({}, ("pattern specialist", "not ablated")),
    ],
)
def test_a_head_is_called_by_what_it_is_above(planted: dict[str, float], expected: tuple[str, str]) -> None:
    stacks, units = corpus(np.random.default_rng(5), 1500, ["r"], one_head(0.72), **planted)
    row = relations_table("m", {"encoder": stacks}, units, controls(stacks, 0.3)).iloc[0]
    assert (row["verdict"], row["reason"]) == expected
    said = reason_words(row.to_dict())
    assert "nan" not in said
    assert "{" not in said


def test_heads_that_know_nothing_are_found_at_most_at_the_stated_rate() -> None:
    """Twenty models of 40 relations × 12 heads whose hits equal what the best offset does, so that every test is of no
    difference.
    """
    random = np.random.default_rng(11)
    tested = []
    for _model in range(20):
        found = []
        for _relation in range(40):
            unit, offset = np.repeat(np.arange(150), 2), random.choice([-1, 1], size=300, p=[0.7, 0.3])
            hit = random.random((300, 12)) < 0.7
            found.append(cluster_t(by_unit(asked(hit, unit=unit, folds=unit % FOLDS, offset=offset))[0]))
        tested.append((adjusted(np.concatenate(found)) <= 0.05).any())
    assert np.mean(tested) <= 0.15
    stacks, units = corpus(random, 500, [f"r{number}" for number in range(40)], np.full((40, 12), 0.2))
    table = relations_table("m", {"encoder": stacks}, units, controls(stacks, 0.25))
    assert set(table["verdict"]) == {"no evidence"}


def test_what_was_not_compared_is_insufficient() -> None:
    few, units = corpus(np.random.default_rng(2), 300, ["r"], one_head(0.9))
    row = relations_table("m", {"encoder": few}, units, controls(few, 0.3)).iloc[0]
    assert (row["verdict"], row["reason"]) == ("insufficient data", "few items")
    assert row["fewest"] < 200
    assert np.isnan(row["q"])
    assert f"{200 - row['fewest']} items are missing" in reason_words(row.to_dict())
    enough, units = corpus(np.random.default_rng(2), 900, ["r"], one_head(0.9))
    row = relations_table("m", {"encoder": enough}, units, RandomControls(controls(enough, 0.3).random95)).iloc[0]
    assert (row["verdict"], row["reason"]) == ("insufficient data", "no random controls")
    alone = enough.items[enough.items["relation"] == "r"]
    kept = StackItems((0, 1), 6, alone, {}, enough.on_words)
    row = relations_table("m", {"encoder": kept}, units, controls(enough, 0.3)).iloc[0]
    assert (row["verdict"], row["reason"]) == ("insufficient data", "no control")
    unknown, units = corpus(np.random.default_rng(2), 900, ["r"], one_head(0.9), rule=0)
    row = relations_table("m", {"encoder": unknown}, units, controls(unknown, 0.3), upos="gold").iloc[0]
    assert (row["verdict"], row["reason"], row["upos"]) == ("insufficient data", "no class rule", "")
    assert np.isnan(row["class_rule"])


def test_items_of_one_document_are_drawn_together() -> None:
    stacks, units = corpus(np.random.default_rng(3), 800, ["r"], np.full((1, 12), 0.5))
    ten = {id_: f"document {number % 40}" for number, id_ in enumerate(units)}
    hit = np.random.default_rng(8).random(40) < 0.5  # a head that is right in whole documents
    bits = np.repeat(hit[np.arange(800) % 40][:, None], 12, axis=1)
    rows = stacks.items.assign(hits=[np.packbits(row).tobytes() for row in np.concatenate([bits, bits])])
    kept = StackItems((0, 1), 6, rows, {}, stacks.on_words)
    apart, together = (
        relations_table("m", {"encoder": kept}, each, controls(stacks, 0.9)).iloc[0] for each in (units, ten)
    )
    assert together["offset_high"] - together["offset_low"] > 3 * (apart["offset_high"] - apart["offset_low"])
    same = dict.fromkeys(units, "one text")
    assert (bootstrap_weights(list(same.values())).std(axis=1) == 0).all()


def test_the_bound_of_few_networks_covers_the_next_one() -> None:
    role = Role("encoder", "r", "hit", "dependent_to_head")
    # Of 2 and 4: mean 3, s = √2, t(1 degree of freedom, 95 %) = 6.3138; √(1 + 1/2).
    assert bounds([{role: 0.02}, {role: 0.04}])[role] == pytest.approx(0.03 + 6.3138 * 0.0141421 * 1.5**0.5, abs=1e-6)
    assert bounds([{role: 0.1}, {role: 0.9}])[role] == 1
    with pytest.raises(ValueError, match="two networks"):
        bounds([{role: 0.02}])
    # The best of 72 heads over 150 items each, which is skewed to the right.
    best = np.random.default_rng(0).binomial(150, 0.2, size=(4000, 5, 72)).max(axis=-1) / 150
    covered = [each[4] <= bounds([{role: rate} for rate in each[:4]])[role] for each in best]
    assert 0.92 < np.mean(covered) < 0.97


GOOD = {
    "fewest": 200,
    "held_out": 0.6,
    "low": 0.1,
    "q": 0.01,
    "offset_low": 0.2,
    "offset_q": 0.01,
    "class_rule": 0.4,
    "selectivity_low": 0.1,
    "word_mass": 0.5,
    "random95": 0.4,
    "shuffled95": 0.3,
}
NAN = float("nan")


@pytest.mark.parametrize(
    ("needed", "hurts", "expected"),
    [
        (None, None, ("pattern specialist", "not ablated")),
        (None, True, ("specialist", "ablation hurts")),
        (None, False, ("pattern specialist", "ablation does not hurt")),
        (True, None, ("specialist", "edges needed")),
        (True, False, ("specialist", "edges needed")),
        (False, None, ("pattern specialist", "edges not needed")),
        (False, True, ("pattern specialist", "edges not needed")),
    ],
)
def test_the_relations_own_edges_decide_before_the_whole_head(
    needed: bool | None, hurts: bool | None, expected: tuple[str, str]
) -> None:
    evidence, causes = VerdictInput(**GOOD), Causes(needed, hurts)
    assert verdict(evidence, causes) == expected
    assert verdict(replace(evidence, low=0.0999), causes) == ("small gain", "small gain")
    words = reason_words(dict.fromkeys(COLUMNS, 0.3) | vars(evidence) | {"reason": expected[1]})
    assert words.startswith("+30 points (+")
    assert ("edges of this relation" in words) == (needed is not None or bool(hurts))


def knocked(**change: Any) -> dict[str, Any]:
    row = {"model": "m", "relation": "obj", "stack": "decoder", "layer": 1, "head": 2, "direction": "column"}
    return row | {"kind": "knockout", "quantity": "loss", "specific_low": 0.01, "q": 0.05} | change


def test_edges_are_needed_where_a_loss_is_beyond_equal_weight_and_chance() -> None:
    rows = [
        knocked(),
        knocked(head=3, specific_low=-0.01),
        knocked(head=4, q=0.051),
        knocked(head=5, q=NAN, specific_low=NAN),
        knocked(head=6, quantity="displacement"),
        knocked(head=7, kind="zero_weight"),
        knocked(direction="later_to_earlier", specific_low=-0.01),
    ]
    told = edges_needed(pd.DataFrame(rows))
    assert {key[4:]: value for key, value in told.items()} == {
        (2, "column"): True,
        (3, "column"): False,
        (4, "column"): False,
        (2, "later_to_earlier"): False,
    }
    row = older(fewest=400, offset_low=0.3, offset_q=0.01, low=0.2, class_rule=0.2, selectivity_low=0.4, word_mass=0.9)
    row |= {"stack": "decoder", "shuffled95": 0.1}
    relations = pd.DataFrame([row, row | {"head": 4}, row | {"head": 6}])
    changed = with_causes(relations, knockouts=pd.DataFrame(rows))
    assert changed["verdict"].tolist() == ["specialist", "pattern specialist", "pattern specialist"]
    assert changed["reason"].tolist() == ["edges needed", "edges not needed", "not ablated"]


@pytest.mark.parametrize(
    ("change", "hurts", "expected"),
    [
        ({}, True, ("specialist", "ablation hurts")),
        ({"fewest": 199}, True, ("insufficient data", "few items")),
        ({"offset_low": 0.0}, True, ("no evidence", "interval")),
        ({"offset_low": NAN}, True, ("no evidence", "interval")),
        ({"offset_q": 0.051}, True, ("no evidence", "many tests")),
        ({"random95": NAN}, True, ("insufficient data", "no random controls")),
        ({"shuffled95": NAN}, True, ("insufficient data", "no random controls")),
        ({"random95": 0.6}, True, ("no evidence", "random as good")),
        ({"shuffled95": 0.6}, True, ("no evidence", "random as good")),
        ({"word_mass": 0.149}, True, ("no evidence", "little word mass")),
        ({"selectivity_low": NAN}, True, ("insufficient data", "no control")),
        ({"selectivity_low": 0.0}, True, ("no evidence", "not selective")),
        ({"class_rule": NAN}, True, ("insufficient data", "no class rule")),
        ({"low": 0.0999}, True, ("small gain", "small gain")),
        ({"low": 0.0}, True, ("nearest-class head", "nearest class")),
        ({"q": 0.051}, True, ("nearest-class head", "nearest class")),
        ({"low": 0.0, "offset_low": 0.0999}, True, ("small gain", "small gain over the offset")),
    ],
)
def test_verdicts(change: dict[str, float], hurts: bool | None, expected: tuple[str, str]) -> None:
    evidence = VerdictInput(**{**GOOD, **change})
    assert verdict(evidence, Causes(ablation_hurts=hurts)) == expected
    row = dict.fromkeys(COLUMNS, 0.3) | vars(evidence) | {"word_class": "VERB+ADJ", "side": "before"}
    words = reason_words(row | {"reason": expected[1]})
    assert "{" not in words
    assert words.endswith(".")
    if "class" in expected[1] and expected[1] != "no class rule":
        assert "the nearest verb or adjective before it" in words


def older(**change: Any) -> dict[str, Any]:
    """A row as an earlier version wrote it."""
    row = {"model": "m", "stack": "encoder", "relation": "obj", "score": "hit", "direction": "column", "layer": 1}
    row |= {"head": 2, "held_out": 0.7, "gain": 0.4, "low": 0.3, "high": 0.5, "baseline": 0.3, "offset": -2.0}
    row |= {"shuffle": 0.1, "random95": 0.2, "wins": 1.0, "n": 500, "fewest": 400, "p": 0.0, "p_max": 0.0, "q": 0.0}
    return row | {"verdict": "pattern specialist", "reason": "not ablated"} | change


def test_a_table_of_an_earlier_version_says_what_it_did_not_measure() -> None:
    rows = [
        older(),
        older(relation="obj.control"),
        older(gain=0.05, low=0.01, high=0.09, verdict="no evidence", reason="small gain"),
        older(gain=0.05, low=-0.01, high=0.09, verdict="no evidence", reason="small gain"),
    ]
    table = as_this_version_has_it(pd.DataFrame(rows).astype({"layer": "Int16", "head": "Int16"}))
    assert list(table) == list(COLUMNS)
    assert table["verdict"].tolist() == ["pattern specialist", "small gain", "no evidence"]
    assert table[["class_rule", "control", "selectivity", "word_mass", "shuffled95"]].isna().all(axis=None)
    said = [reason_words(row) for row in table.to_dict("records")]
    assert said[0].startswith("+40 points above the best fixed offset. Word classes and a negative control were not")
    assert "+5 points (+1 to +9) above the best fixed offset" in said[1]
    assert said[2] == "Its gain over the best fixed offset, −1 to +9 points, reaches 0."
    pd.testing.assert_frame_equal(as_this_version_has_it(table), table)
