"""Relations over batches against a plain reading of each pair's word grid."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import torch
from loaded import loaded
from written import sentences

import mhattn_core as mh
from mhattn_core.measures.roles.class_rules import RULES
from mhattn_core.measures.roles.hits import TIE
from mhattn_core.measures.roles.items import unpacked
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.measures.roles.table import RandomControls
from mhattn_core.models.control_names import RANDOM, SHUFFLED
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.relations import best_of_control, items_of, measure_relations, relations_of
from mhattn_core.text.annotation import annotate
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS

ENGLISH = [
    ("The hedgehog slept under the old wooden bench.", "Nobody saw the hedgehog."),
    ("Rain fell, rain stopped.", ""),
    ("My sister sold her bicycle last week because it was too small.", "She wants a faster bicycle."),
]
TRANSLATED = [("I read a book in the library.", "我在图书馆看了一本书。"), ("The cat is asleep.", "猫睡着了。")]


def records(texts: list[tuple[str, str]]) -> list[PairRecord]:
    return [PairRecord(f"p{place}", mh.SentencePair(*text), place) for place, text in enumerate(texts)]


def plain(model: mh.Model, pair: mh.SentencePair, stack: str, asked: tuple[int, int], direction: str) -> Iterator[bool]:
    """Whether each head's first choice at the asking word is the right one."""
    grid = mh.attend(model, pair).words(stack)
    for weights in grid.pattern.reshape(-1, *grid.pattern.shape[2:]):
        at, right = asked
        row, allowed = weights[at].copy(), grid.visible[at].copy()
        if direction == "column":
            row, allowed = weights[:, at].copy(), grid.visible[:, at].copy()
        if stack != "cross":
            allowed[at] = False
        if direction == "later_to_earlier":
            allowed[at:] = False
        row[~allowed] = -1
        yield row.max() > 0 and int(np.argmax(row >= row.max() * (1 - TIE))) == right


@pytest.mark.parametrize(
    ("name", "some"),
    [("minilm", records(ENGLISH)), ("marian-en-zh", records(TRANSLATED)), ("minilm", sentences()[:12])],
    ids=["sentences", "translations", "trees"],
)
def test_items_equal_a_plain_reading_of_the_word_grid(name: str, some: list[PairRecord]) -> None:
    model, pairs = loaded(name), {record.id: record.pair for record in some}
    stacks = measure_relations(model, some, annotate(some, parser=False))
    assert set(stacks) == set(model.stacks)
    for stack, kept in stacks.items():
        assert (len(kept.layers), kept.heads) == mh.attend(model, some[0].pair).pattern(stack).shape[:2]
        chosen = (
            kept.items.groupby(["direction", "id"])
            .sample(8, random_state=0, replace=True)
            .drop_duplicates(["direction", "id", "query", "key"])
        )
        assert len(chosen) > (2 if stack == "cross" else 20)
        bits = unpacked(chosen["hits"].tolist(), kept.size)
        for row, found in zip(chosen.itertuples(), bits, strict=True):
            expected = plain(model, pairs[row.id], stack, (row.query, row.key), row.direction)
            assert found.tolist() == list(expected), (stack, row)


def test_attention_to_words_and_class_rules_equal_a_plain_reading(minilm: mh.Model) -> None:
    some = sentences()[:12]
    kept = measure_relations(minilm, some, annotate(some, parser=False), [RELATIONS["obj"], RELATIONS["same_word"]])[
        "encoder"
    ]
    tags = {record.id: [word.upos for word in record.tree] for record in some}
    grids = {record.id: mh.attend(minilm, record.pair).words("encoder") for record in some}
    rows = kept.items[(kept.items["relation"] == "obj") & (kept.items["direction"] == "head_to_dependent")]
    on_words = np.sum([1 - grids[row.id].special_mass[:, :, row.query].ravel() for row in rows.itertuples()], axis=0)
    assert len(rows) > 5
    np.testing.assert_allclose(kept.on_words["obj", "head_to_dependent"], on_words, atol=1e-4)
    bits = unpacked(rows["rule_hits"].tolist(), len(RULES))
    for row, found in zip(rows.itertuples(), bits, strict=True):
        after = [place for place, tag in enumerate(tags[row.id]) if tag == "NOUN" and place > row.query]
        assert found[RULES.index(("NOUN", "after"))] == (bool(after) and after[0] == row.key)


def test_controls_stand_beside_their_relations() -> None:
    found = items_of(annotate(records(ENGLISH), parser=False))
    own = [name for name in found.names if not name.endswith(CONTROL)]
    assert list(found.names) == own + [name + CONTROL for name in own]
    assert found.relation.max() >= len(own)


def test_what_cannot_be_told_says_why_and_few_items_are_few(minilm: mh.Model) -> None:
    some = records(ENGLISH)
    annotated = annotate(some, parser=False)
    table = relations_of(
        "minilm",
        measure_relations(minilm, some, annotated),
        some,
        annotated,
        RandomControls(
            *(best_of_control(minilm, some, annotated, control=control, networks=2) for control in (RANDOM, SHUFFLED))
        ),
    )
    assert set(table["verdict"]) == {"insufficient data", "not measurable"}
    missing = table[table["verdict"] == "not measurable"].set_index("relation")
    assert missing.loc["nsubj", "reason"].endswith(".")
    assert missing["layer"].isna().all()
    told = table[table["verdict"] == "insufficient data"]
    assert told[["random95", "shuffled95"]].notna().mean().min() > 0.9
    assert not told[["stack", "relation", "score", "direction"]].duplicated().any()


def test_seed_0_is_the_twin_that_has_a_name(minilm: mh.Model) -> None:
    named, zero, one = loaded("minilm@random"), random_control(minilm, 0), random_control(minilm, 1)
    assert (zero.name, zero.revision) == (named.name, named.revision)
    first = next(iter(named.network.parameters()))
    assert torch.equal(first, next(iter(zero.network.parameters())))
    assert not torch.equal(first, next(iter(one.network.parameters())))


def test_batches_and_the_order_of_pairs_change_nothing(minilm: mh.Model) -> None:
    some = example_pairs("english", "english_next")[:30]
    scored = []
    for here, tokens in ((some, None), (some[::-1], 40)):
        annotated = annotate(here, parser=False)
        table = relations_of(
            "minilm", measure_relations(minilm, here, annotated, tokens=tokens), here, annotated, RandomControls()
        )
        scored.append(table.set_index(["stack", "relation", "score", "direction"]).sort_index())
    one, other = scored
    assert one["held_out"].notna().sum() > 20
    # p_max flips signs by the place of a pair: drawn anew, it moves a little.
    pd.testing.assert_frame_equal(one.drop(columns="p_max"), other.drop(columns="p_max"), atol=1e-5, rtol=1e-5)
    assert np.nanmax(np.abs(one["p_max"] - other["p_max"])) < 0.05
