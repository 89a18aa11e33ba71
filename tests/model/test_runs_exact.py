"""Runs on two corpora against sums written out word by word, for a model that reads both ways and one that reads
forward.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from loaded import loaded
from transformers import AutoModel, AutoModelForCausalLM, PreTrainedModel
from written import sentences

import mhattn_core as mh
from mhattn_core.models.catalogue import entries
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.corpus import consecutive
from mhattn_core.runs.run import Run
from mhattn_core.text.reading import PairRecord, read_pairs

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
EWT = DATA / "ud-english-ewt-dev" / "en_ewt-ud-dev.conllu"
needs_ewt = pytest.mark.skipif(not EWT.is_file(), reason="third-party data is not here; MHATTN_DATA names its folder")
CORPORA = {"written": sentences, "ewt": lambda: read_pairs(EWT).pairs}

Token = tuple[str, int, int]
"""The sentence that a token is of, empty for a special one, and its characters there."""


@pytest.fixture(scope="module", params=["minilm", "smollm2"])
def model(request: pytest.FixtureRequest) -> mh.Model:
    return loaded(request.param)


@pytest.fixture(scope="module", params=["written", pytest.param("ewt", marks=needs_ewt)])
def records(request: pytest.FixtureRequest, model: mh.Model) -> list[PairRecord]:
    # Thirty layers take long, and what a treebank adds is odd characters, of which ten pairs hold many.
    few = {"written": 20, "ewt": 10} if model.name == "smollm2" else {}
    return consecutive(CORPORA[request.param]())[: few.get(request.param, 50)]


@pytest.fixture(scope="module")
def run(model: mh.Model, records: list[PairRecord], tmp_path_factory: pytest.TempPathFactory) -> Run:
    return analyze([model], records, out=tmp_path_factory.mktemp("exact") / "run")


def joined(model: mh.Model, pair: mh.SentencePair) -> tuple[dict[str, list[int]], list[Token]]:
    """As BERT reads two sentences: its tokenizer joins them."""
    texts = [text for text in (pair.a.text, pair.b.text) if text]
    encoded = model.tokenizer(*texts, return_offsets_mapping=True)
    sides = ["" if number is None else "ab"[number] for number in encoded.sequence_ids(0)]
    places = encoded.pop("offset_mapping")
    return dict(encoded), [(side, *place) for side, place in zip(sides, places, strict=True)]


def one_after_the_other(model: mh.Model, pair: mh.SentencePair) -> tuple[dict[str, list[int]], list[Token]]:
    """As a causal model reads two sentences: first token, A, a line break, B."""
    ids, tokens = [model.tokenizer.bos_token_id], [("", 0, 0)]
    for side, text in (("a", pair.a.text), ("", "\n"), ("b", pair.b.text)):
        if pair.b.text or side == "a":
            encoded = model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            ids += encoded["input_ids"]
            tokens += [(side, *place) for place in encoded["offset_mapping"]]
    return {"input_ids": ids}, tokens


def word_rows(patterns: np.ndarray, tokens: list[Token], words: list[Token]) -> np.ndarray:
    """The patterns ``[layer, head, token, token]`` as ``[layer, head, word, token]`` and then ``[…, word, word]``, and
    which word weighs how much.
    """
    characters = [
        [len(range(max(token[1], word[1]), min(token[2], word[2]))) if token[0] == word[0] else 0 for word in words]
        for token in tokens
    ]
    share = [[count / max(sum(row), 1) for count in row] for row in characters]
    asked = np.zeros((*patterns.shape[:2], len(words), len(tokens)))
    for w in range(len(words)):
        pieces = [t for t in range(len(tokens)) if share[t][w] > 0]
        assert pieces, words[w]
        weight = sum(share[t][w] for t in pieces)
        for t in pieces:
            asked[:, :, w] += patterns[:, :, t] * share[t][w] / weight
    grid = np.zeros((*patterns.shape[:2], len(words), len(words)))
    for w in range(len(words)):
        for t in range(len(tokens)):
            if share[t][w] > 0:
                grid[..., w] += asked[..., t] * share[t][w]
    return np.concatenate([grid, asked[..., :1]], axis=-1)


def entropy_of(row: np.ndarray) -> np.ndarray:
    """−Σ p ln p of weights ``[layer, head, key]`` made to sum to 1."""
    p = row / row.sum(axis=-1, keepdims=True)
    return -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=-1)


def rows_of_pair(
    patterns: np.ndarray, tokens: list[Token], words: list[Token], *, causal: bool
) -> Iterator[tuple[str, np.ndarray, object]]:
    """Measure, total and count ``[layer, head]`` of one word (or token) after the other."""
    for t in range(len(tokens)):
        yield "entropy.tokens", entropy_of(patterns[:, :, t]), 1
    with_first = word_rows(patterns, tokens, words)
    grid, first = with_first[..., :-1], with_first[..., -1]
    for i, (side, _start, _end) in enumerate(words):
        seen = range(i + 1) if causal else range(len(words))
        row = grid[:, :, i]
        yield "entropy", entropy_of(row), 1
        if len(seen) > 1:
            yield "entropy.normalised", entropy_of(row) / np.log(len(seen)), 1
        yield "confidence", row.max(axis=-1), 1
        yield "special_mass", 1 - row.sum(axis=-1), 1
        yield "sink.first", first[:, :, i], 1
        for name, place in (("previous", i - 1), ("self", i), ("next", i + 1)):
            if place in seen:
                yield name, row[..., place], 1
        # A token that covers two words gives to the later one too, also where no later word may be seen.
        for j in range(len(words)):
            yield "distance", row[..., j] * abs(i - j), row[..., j]
        for other in "ab":
            there = [j for j in range(len(words)) if words[j][0] == other]
            if set(there) & set(seen):
                yield f"block.{side}_to_{other}", row[..., there].sum(axis=-1), 1
                if other != side:
                    yield "cross_sentence", row[..., there].sum(axis=-1), 1


def plain_values(model: mh.Model, eager: PreTrainedModel, pairs: list[mh.SentencePair]) -> dict[str, np.ndarray]:
    """One pair after the other through ``output_attentions``: measure → ``[layer, head]``."""
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(()))
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(()))
    causal = model.stacks == ("decoder",)
    for pair in pairs:
        inputs, tokens = (one_after_the_other if causal else joined)(model, pair)
        with torch.no_grad():
            attentions = eager(
                **{name: torch.tensor([row]) for name, row in inputs.items()}, output_attentions=True
            ).attentions
        patterns = torch.stack(attentions)[:, 0].double().numpy()
        words = [
            (side, word.start, word.end) for side, sentence in (("a", pair.a), ("b", pair.b)) for word in sentence.words
        ]
        for measure, total, count in rows_of_pair(patterns, tokens, words, causal=causal):
            totals[measure] = totals[measure] + total
            counts[measure] = counts[measure] + count
    return {measure: totals[measure] / counts[measure] for measure in totals}


def test_pairs_equal_one_by_one_transformers(run: Run, model: mh.Model, records: list[PairRecord]) -> None:
    assert run.skipped.empty
    kind = AutoModelForCausalLM if model.head == "language" else AutoModel
    eager = kind.from_pretrained(entries()[model.name].path(), attn_implementation="eager", dtype=torch.float32).eval()
    expected = plain_values(model, eager, [record.pair for record in records])
    found = run.heads[run.heads["group"] == ""].dropna(subset="value")
    assert set(found["measure"]) == set(expected)
    for measure, values in expected.items():
        rows = found[found["measure"] == measure].pivot(index="layer", columns="head", values="value")
        np.testing.assert_allclose(rows.to_numpy(), values, atol=1e-5, rtol=1e-5, err_msg=measure)


def test_so_do_other_batches_in_another_order(
    run: Run, model: mh.Model, records: list[PairRecord], tmp_path: Path
) -> None:
    other = analyze([model], records[::-1], out=tmp_path / "other", tokens=200)
    keys = ["stack", "layer", "head", "measure", "group"]
    here, there = (table.heads.set_index(keys).sort_index() for table in (run, other))
    pd.testing.assert_frame_equal(here[["model", "n"]], there[["model", "n"]])
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(here[column], there[column], atol=1e-5, rtol=1e-5, err_msg=column)
