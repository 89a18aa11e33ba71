"""What measuring a corpus costs, against the bare model and against what one does without it."""

import copy
import resource
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from transformers import PreTrainedModel

from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.attention.feed import feed
from mhattn_core.attention.stream import run_bare
from mhattn_core.attention.word_grid import WordGrid, to_words, word_axis
from mhattn_core.bench.pair import interleaved, sentence
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy
from mhattn_core.models import Model, load
from mhattn_core.runs import analyze
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TOKENS = (32, 128, 256)
MEASURED_TOKENS = 8192
"""How many tokens one round of a measurement reads."""


def corpus_ratios(name: str, *, rounds: int) -> list[dict[str, object]]:
    """Medians over interleaved rounds, as multiples of one bare SDPA forward over the same batches.

    corpus: everything that a run does with a pair, from its text to its sums and resampling. one by one: the same measures of one pair
    after the other in NumPy, from ``output_attentions`` of an eager copy.
    """
    model = load(name)
    eager = _eager(model)
    rows: list[dict[str, object]] = []
    for tokens in TOKENS:
        # Two sentences and three or two special tokens; each word is one token.
        pairs = [SentencePair(sentence(tokens // 2 - 2), sentence(tokens - tokens // 2 - 1)) for _ in range(MEASURED_TOKENS // tokens)]
        records = [PairRecord(str(line), pair, line) for line, pair in enumerate(pairs)]
        fed, _problems = feed_all(model, pairs)
        ready = [collate(model, batch) for batch in batches(model, fed)]
        times = interleaved(
            {
                "bare": partial(_bare, model, ready),
                "corpus": partial(_corpus, model, records),
                "one by one": partial(_one_by_one, model, eager, pairs),
            },
            rounds=rounds,
        )
        rows.append(
            {
                "tokens": fed[0].tokens,
                "pairs per second": len(pairs) / times["corpus"],
                "corpus ÷ bare": times["corpus"] / times["bare"],
                "one by one ÷ bare": times["one by one"] / times["bare"],
                "one by one ÷ corpus": times["one by one"] / times["corpus"],
            }
        )
    return rows


def corpus_runs(name: str, *, sizes: Sequence[int]) -> list[dict[str, object]]:
    """Whole runs, the small ones first: pairs per second, and the most memory that the process has taken so far."""
    model = load(name)
    rows: list[dict[str, object]] = []
    for size in sizes:
        with TemporaryDirectory() as folder:
            start = perf_counter()
            analyze([model], list(islice(_varied(), size)), out=Path(folder) / "run")
            seconds = perf_counter() - start
        rows.append({"pairs": size, "pairs per second": size / seconds, "peak memory, MB": _peak_megabytes()})
    return rows


def _varied() -> Iterator[SentencePair]:
    """Pairs of 3 to 60 words, no two the same."""
    for number, words in enumerate(cycle((12, 25, 7, 40, 18, 3, 60, 30))):
        yield SentencePair(f"{sentence(words // 2 + 1)} {number}", sentence(words - words // 2))


def _bare(model: Model, ready: list[Batch]) -> None:
    for batch in ready:
        run_bare(model, batch)


def _corpus(model: Model, records: list[PairRecord]) -> None:
    # New pairs: a sentence remembers its words.
    pairs = [SentencePair(record.pair.source, record.pair.target) for record in records]
    ModelSums().add_chunk(measure_chunk(model, pairs, ["basic"]), records)


@torch.no_grad()
def _one_by_one(model: Model, eager: PreTrainedModel, pairs: list[SentencePair]) -> None:
    for pair in pairs:
        fed = feed(model, pair)
        tokens = torch.stack(eager(**fed.inputs, output_attentions=True).attentions)[:, 0].numpy()
        (stack,) = model.stacks
        axis = word_axis(fed.queries[stack], fed.sentences, model.tokenizer.unk_token_id)
        _measures(tokens, to_words(tokens, axis, axis, causal=stack == "decoder"))


def _measures(tokens: np.ndarray, grid: WordGrid) -> list[np.ndarray]:
    """The basic measures of one pair as one would write them down, ``[layer, head]`` each."""
    pattern, side = grid.pattern, np.array(grid.query_axis.sides)
    gaps = abs(np.subtract.outer(np.arange(len(side)), np.arange(len(side))))
    blocks = [grid.block(query, key).sum(axis=-1) for query in "ab" for key in "ab"]
    return [
        row_entropy(pattern).mean(axis=-1),
        np.nanmean(normalised_row_entropy(pattern, grid.visible), axis=-1),
        row_entropy(tokens).mean(axis=-1),
        (pattern * gaps).sum(axis=(-1, -2)) / pattern.sum(axis=(-1, -2)),
        pattern.max(axis=-1).mean(axis=-1),
        grid.special_mass.mean(axis=-1),
        tokens[..., 0].mean(axis=-1),
        (pattern * (side[:, None] != side)).sum(axis=-1).mean(axis=-1),
        *(np.diagonal(pattern, step, 2, 3).mean(axis=-1) for step in (-1, 0, 1)),
        *(block.mean(axis=-1) for block in blocks),
    ]


def _eager(model: Model) -> PreTrainedModel:
    """The base model on transformers' own eager attention, with the same weights."""
    base = model.network.base_model
    eager = type(base)._from_config(copy.deepcopy(base.config), attn_implementation="eager")
    eager.load_state_dict(base.state_dict())
    return eager.to(base.device).eval()


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
