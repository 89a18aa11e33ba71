"""Single edges taken out of a head: cells by hand, outputs against transformers' own attention, and what the edges of a
relation are worth in a network whose weights are written so that the answer is known.
"""

from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from cases import case_of, close, family_named, model_of, word_tokenizer
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel
from variants import OF_A_NORM, PAIRS, OtherWeights, by_hand, model_with_mask

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants
from mhattn_core.attention.ablation import OF_EDGES, Ablation, Kind, Replacements, switch_off
from mhattn_core.attention.batches import FedPair
from mhattn_core.attention.edges import edge_cells, words_in_sight
from mhattn_core.attention.objectives import Objective, tasks
from mhattn_core.experiments.ablation.knockout import COLUMNS, BestHead, _edges, best_heads, knockout_table
from mhattn_core.experiments.ablation.pair import edges_of_word, pair_loss
from mhattn_core.heads import Head
from mhattn_core.measures.roles.items import item_table
from mhattn_core.measures.roles.links import Questions
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.table import StackItems
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call, implementation_for
from mhattn_core.tap.survey import survey
from mhattn_core.text.reading import PairRecord

A, B, SPECIAL = 0, 1, -1
WORDS_OF_A = [[A, 0, 3], [A, 4, 10], [A, 11, 13]]
PIECES_OF_A = [[SPECIAL, 0, 0], [A, 0, 3], [A, 4, 7], [A, 7, 10], [A, 11, 13]]


def fed(number: int, words: list[list[int]], **spans: tuple[list[list[int]], list[list[int]]]) -> FedPair:
    queries, keys = ({stack: np.array(both[side]) for stack, both in spans.items()} for side in (0, 1))
    return FedPair(number, {}, queries, keys, np.array(words))


def task_of(rows: list[FedPair], **tokens: int) -> Objective:
    real = {stack: torch.ones(len(rows), longest, dtype=torch.bool) for stack, longest in tokens.items()}
    return Objective("vector", rows, {}, real, None)


def set_cells(cells: Tensor) -> list[list[list[int]]]:
    return [row.nonzero().tolist() for row in cells]


def test_an_edge_has_the_cells_of_all_pieces_of_both_words() -> None:
    rows = [
        fed(3, WORDS_OF_A, encoder=(PIECES_OF_A, PIECES_OF_A)),
        fed(7, WORDS_OF_A[:1], encoder=(PIECES_OF_A[:2], PIECES_OF_A[:2])),
    ]
    cells = edge_cells(task_of(rows, encoder=5), "encoder", {3: [(2, 1), (1, 0)], 7: [(0, 1), (1, 0)], 5: [(0, 1)]})
    assert cells.shape == (2, 5, 5)
    # The second row was fed its first word only.
    assert set_cells(cells) == [[[2, 1], [3, 1], [4, 2], [4, 3]], []]


def test_an_edge_across_goes_from_a_word_of_b_to_a_word_of_a() -> None:
    pieces_of_b = [[SPECIAL, 0, 0], [B, 0, 2], [B, 3, 5], [B, 5, 8]]
    words = [*WORDS_OF_A, [B, 0, 2], [B, 3, 8]]
    row = fed(0, words, cross=(pieces_of_b, PIECES_OF_A), decoder=(pieces_of_b, pieces_of_b))
    task = task_of([row], encoder=5, decoder=4, cross=4)
    cells = edge_cells(task, "cross", {0: [(4, 1), (1, 4)]})
    assert cells.shape == (1, 4, 5)
    # Seen the other way round there is no such edge: words of A ask nothing here.
    assert set_cells(cells) == [[[2, 2], [2, 3], [3, 2], [3, 3]]]
    assert words_in_sight(row, "cross", 4).tolist() == [0, 1, 2]
    assert words_in_sight(row, "decoder", 4).tolist() == [3]
    assert words_in_sight(row, "cross", 1).tolist() == words_in_sight(row, "cross", 9).tolist() == []


def test_a_word_of_an_encoder_has_all_others_in_sight() -> None:
    row = fed(0, WORDS_OF_A, encoder=(PIECES_OF_A, PIECES_OF_A[:4]))
    assert words_in_sight(row, "encoder", 0).tolist() == [1]  # the third has no tokens among these keys
    assert words_in_sight(row, "encoder", 2).tolist() == [0, 1]


def renormalised(weights: Tensor, cells: Tensor) -> Tensor:
    """Scores of −∞ under the softmax; a row that has no others is nothing."""
    return weights.log().masked_fill(cells, -torch.inf).softmax(dim=-1).nan_to_num(0)


WITHOUT: dict[Kind, Any] = {
    "knockout": renormalised,
    "zero_weight": lambda weights, cells: weights.masked_fill(cells, 0),
}


@pytest.mark.parametrize("kind", OF_EDGES)
@pytest.mark.parametrize("name", ["bert", "llama", "bart"])
def test_outputs_are_those_of_plain_attention_with_other_weights(name: str, kind: Kind) -> None:
    """Of two heads at once in copies of a batch, each with edges of its own; among them those of a row that has no
    other, and in rows of unequal length.
    """
    family = family_named(name)
    model, case = model_with_mask(family), case_of(family)
    heads = [Head(stack, layer, 2) for stack in model.stacks for layer in (0, model.attention.layers(stack) - 1)]
    found, problems = tasks(model, PAIRS)
    assert not problems
    words = {"encoder": [(3, 1), (0, 2)], "decoder": [(3, 1), (12, 11), (13, 10)], "cross": [(12, 2), (10, 0)]}
    for task in found:
        cells = {}
        for stack in model.stacks:
            cells[stack] = edge_cells(task, stack, {0: words[stack], 1: words[stack][:1]})
            assert cells[stack].any()
            cells[stack][0, 0] = True
        ours = Variants(model)(
            task,
            [{head: kind} for head in heads],
            [Replacements(edges={head.stack: cells[head.stack]}) for head in heads],
        )
        for place, head in enumerate(heads):

            def change(weights: Tensor, _real: Tensor, out: Tensor = cells[head.stack]) -> Tensor:
                return WITHOUT[kind](weights, out)

            with OtherWeights(case, task, head, change), torch.no_grad():
                close(ours[place], by_hand(case, task), OF_A_NORM)
        intact = Variants(model)(task, [{}])
        assert (ours - intact).abs().amax() > 3 * OF_A_NORM


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("zero_weight", [[3.0, 3.0, 2.0], [0.0, 3.0, 6.0]]), ("knockout", [[3.75, 3.75, 2.5], [0, 10 / 3, 20 / 3]])],
)
def test_no_more_weight_is_taken_than_the_bounds_have(kind: Kind, expected: list[list[float]]) -> None:
    """Of tenths [5 3 2] two go from the first, since the third has no more; of [1 3 6] the one there is."""
    pattern = torch.tensor([[[[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]]]])
    cells = torch.zeros(2, 1, 2, 3, dtype=torch.bool)
    cells[0, :, :, 0] = cells[1, :, :, 2] = True
    value = 10 * torch.eye(3)[None, None]
    call = Call(None, "encoder", 0, None, None, value, None, pattern, torch.zeros(1, 2, 1, 3), {})
    removed = Replacements(edges={"encoder": cells[0]}, bounds={"encoder": cells[1]})
    close(switch_off(call, {Head("encoder", 0, 0): kind}, removed)[0, :, 0], torch.tensor(expected), 1e-6)


VOCABULARY, POSITIONS, TEXTS = 120, 16, 200
COPIED, LOOKING = 1, 4
"""Words of each text: its last is the same as the one, and follows on the other."""


@torch.no_grad()
def copying_model() -> Model:
    """One layer of attention. Head 0 copies: at the word ``LOOKING`` it gives ``COPIED`` 5 of 10 parts of its weight,
    and one to each of the others, and says what stands there; elsewhere it looks at all words alike. Head 1 reads the same
    and writes nothing.
    """
    size = VOCABULARY + POSITIONS
    config = GPT2Config(
        vocab_size=VOCABULARY, n_positions=POSITIONS, n_embd=size, n_layer=1, n_head=2, tie_word_embeddings=False
    )
    network = GPT2LMHeadModel._from_config(config, attn_implementation=implementation_for(GPT2LMHeadModel)).eval()
    for name, parameter in network.named_parameters():
        parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)
    # A token and a position are one dimension each, so that every word has the same mean and spread for the norm.
    body, width = network.transformer, size // 2
    body.wte.weight.copy_(torch.eye(VOCABULARY, size))
    body.wpe.weight.copy_(torch.eye(size)[VOCABULARY:])
    mean = 2 / size
    spread = (mean - mean**2) ** 0.5
    reads = torch.zeros(size, 3 * size)
    reads[VOCABULARY + 1 + LOOKING, 0] = log(5) * width**0.5  # [BOS] stands before the words
    reads[VOCABULARY + 1 + COPIED, size] = 1
    tokenizer = word_tokenizer()
    tokens = sorted(token for token in tokenizer.get_vocab().values() if token >= 20)
    for dimension, token in enumerate(tokens):
        for head in (0, 1):
            reads[token, 2 * size + head * width + dimension] = 1
        body.h[0].attn.c_proj.weight[dimension, token] = 4
    body.h[0].attn.c_attn.weight.copy_(spread * reads)
    body.h[0].attn.c_attn.bias.copy_(mean * reads.sum(dim=0))
    network.lm_head.weight.copy_(torch.eye(VOCABULARY, size))
    return Model("copier", "made", network.requires_grad_(False), tokenizer, survey(network), "language")


def texts() -> list[PairRecord]:
    random, words = np.random.default_rng(0), [word for word in word_tokenizer().get_vocab() if "[" not in word]
    drawn = [random.choice(words, 5, replace=False).tolist() for _text in range(TEXTS)]
    return [
        PairRecord(f"t{number}", mh.SentencePair(" ".join([*some, some[COPIED]])), number)
        for number, some in enumerate(drawn)
    ]


def stack_of(records: list[PairRecord], best: dict[str, int], *, items: int = TEXTS) -> StackItems:
    """The edge from ``LOOKING`` to ``COPIED`` in each text as an item of each relation, which one head gets right."""
    names = list(best)
    relation = np.repeat(np.arange(len(names)), items)
    text = np.tile(np.arange(items), len(names))
    same = np.ones_like(text)
    questions = Questions("dependent_to_head", text, relation, LOOKING * same, COPIED * same, -same)
    hit = np.array(list(best.values()))[relation][:, None] == np.arange(2)
    ids = [record.id for record in records]
    table = item_table(
        questions,
        hit,
        np.zeros_like(hit),
        np.zeros((len(text), 1), bool),
        ids=ids,
        folds=[0] * len(ids),
        relations=names,
    )
    return StackItems((0,), 2, table, {}, {(name, "dependent_to_head"): np.ones(2) for name in names})


def knocked_out(stack: StackItems, *, read: int = TEXTS) -> pd.DataFrame:
    """The table of the best head of each relation of a stack, over the first so many texts."""
    records, rates = texts(), rates_table("copier", {"decoder": stack})
    items, chosen = stack.items.assign(stack="decoder"), dict.fromkeys(best_heads(rates), range(read))
    return knockout_table(copying_model(), records, [record.id for record in records], items, chosen)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return knocked_out(stack_of(texts(), {"nsubj": 0, "det": 1, "det.control": 0}))


@pytest.mark.parametrize("kind", OF_EDGES)
def test_the_edge_that_a_prediction_needs_is_worth_more_than_others(table: pd.DataFrame, kind: Kind) -> None:
    row = table.query("relation == 'nsubj' and kind == @kind").iloc[0]
    assert (row["stack"], row["layer"], row["head"], row["quantity"]) == ("decoder", 0, 0, "loss")
    assert row["hits"] == row["items"] == row["edges"] == row["n"] == row["units"] == TEXTS
    # Of ten parts the edge has five, the other three words in sight one each, [BOS] and the word itself the rest.
    assert (row["edge_weight"], row["equal_weight"]) == pytest.approx((0.5, 0.3), abs=0.001)
    assert row["delta"] == pytest.approx(row["ablated"] - row["intact"])
    assert row["delta"] > row["equal"] > 0 > row["other"]  # without the others, the right word is likelier
    assert row["specific"] == pytest.approx(row["equal"] - row["other"])
    assert 0.1 < row["specific_low"] < row["specific"] < row["specific_high"]
    assert row["q"] < 0.001


@pytest.mark.parametrize("kind", OF_EDGES)
def test_edges_of_a_head_that_writes_nothing_are_worth_nothing(table: pd.DataFrame, kind: Kind) -> None:
    row = table.query("relation == 'det' and kind == @kind").iloc[0]
    assert (row["head"], row["edges"]) == (1, TEXTS)
    assert [row["delta"], row["equal"], row["other"]] == pytest.approx(
        [0, 0, 0], abs=1e-6
    )  # to rounding: batches differ in size
    assert row["specific"] == 0
    assert row["p"] == row["q"] == 1


def test_a_table_has_a_row_for_each_relation_with_items_enough(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert set(zip(table["relation"], table["kind"], strict=True)) == {
        (relation, kind) for relation in ("nsubj", "det") for kind in OF_EDGES
    }
    none = knocked_out(stack_of(texts(), {"nsubj": 0}, items=20))
    assert none.empty
    assert tuple(none.columns) == COLUMNS


def test_only_the_texts_that_are_chosen_are_read() -> None:
    row = knocked_out(stack_of(texts(), {"nsubj": 0}), read=50).iloc[0]
    assert (row["items"], row["edges"], row["n"]) == (TEXTS, 50, 50)


def test_a_word_without_other_words_in_sight_has_no_edge_to_compare_with() -> None:
    """The second word of a causal model may look at the first only."""
    stack = stack_of(texts(), {"nsubj": 0})
    stack.items["query"], stack.items["key"] = np.int16(1), np.int16(0)
    row = knocked_out(stack).iloc[0]
    assert (row["edges"], row["n"], row["items"]) == (0, 0, TEXTS)
    assert np.isnan([row["specific"], row["p"], row["q"]]).all()


def test_a_column_is_asked_at_the_word_that_is_looked_at(table: pd.DataFrame) -> None:
    stack = stack_of(texts(), {"nsubj": 0})
    turned = stack.items.assign(direction="column", query=stack.items["key"], key=stack.items["query"])
    found = knocked_out(replace(stack, items=turned, on_words={("nsubj", "column"): np.ones(2)}))
    same = table[table["relation"] == "nsubj"]
    np.testing.assert_allclose(found["specific"], same["specific"], atol=1e-6)


def test_on_a_pair_the_edge_that_is_copied_matters_most_and_taking_out_others_helps() -> None:
    (model, record), head = (copying_model(), texts()[0]), Head("decoder", 0, 0)
    found = edges_of_word(model, record.pair, head, LOOKING)
    assert found["kind"].tolist() == [*OF_EDGES] * (LOOKING + 1)
    own = found[found["kind"] == "knockout"].set_index("looked_at")["delta"]
    assert own.index.tolist() == [0, 1, 2, 3, 4]
    assert own[COPIED] > 0 > own.drop(COPIED).max()
    losses = (pair_loss(model, record.pair).value, found["intact"].unique())
    assert losses[1] == pytest.approx([losses[0]], abs=1e-5)
    nothing = edges_of_word(model, record.pair, Head("decoder", 0, 1), LOOKING)
    assert nothing["delta"].abs().max() < 1e-5


def test_on_a_pair_a_word_of_b_looks_at_words_of_a_across() -> None:
    """Positions count along the axes of the stack, as the matrix shows them."""
    model = model_of(family_named("bart"))
    pair = mh.SentencePair("The cat sits on it", "it was tired")
    found = edges_of_word(model, pair, Head("cross", 1, 2), 1)
    assert found["looked_at"].unique().tolist() == [0, 1, 2, 3, 4]
    assert (found["delta"].abs() > 0).all()
    with pytest.raises(mh.Problem, match="may look at no other word"):
        edges_of_word(model, pair, Head("decoder", 1, 2), 0)


def test_items_of_a_translator_count_from_the_first_word_of_their_axis() -> None:
    row = fed(0, [*WORDS_OF_A, [B, 0, 2], [B, 3, 8]], cross=([[B, 0, 2], [B, 3, 8]], PIECES_OF_A))
    best = BestHead("translation", "column", Head("cross", 0, 0), 1, 1)
    looking, looked_at = _edges(row, best, pd.DataFrame({"query": [2, 0], "key": [0, 1]}))
    assert (looking.tolist(), looked_at.tolist()) == ([3, 4], [2, 0])


def test_a_variant_has_edges_of_its_own() -> None:
    """In one call as one after the other."""
    model = model_of(family_named("llama"))
    (task,), _problems = tasks(model, PAIRS)
    head = Head("decoder", 1, 2)
    off: list[Ablation] = [{head: "knockout"}, {}, {head: "zero_weight"}]
    edges = [{0: [(3, 1)]}, {}, {1: [(2, 0)]}]
    of_each = [Replacements(edges={"decoder": edge_cells(task, "decoder", some)}) for some in edges]
    together = Variants(model)(task, off, of_each)
    alone = [Variants(model)(task, [one], own)[0] for one, own in zip(off, of_each, strict=True)]
    close(together, torch.stack(alone))
    changed = (together - together[1]).abs().flatten(2).amax(dim=-1) > 1e-4
    assert changed.tolist() == [[True, False], [False, False], [False, True]]
