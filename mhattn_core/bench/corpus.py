"""What measuring a corpus costs, against the bare model and against what one does without it."""

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch

from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.attention.stream import run_bare
from mhattn_core.bench.eager import eager_copy, one_by_one, output_attentions
from mhattn_core.bench.lens import run_with_cache
from mhattn_core.bench.pair import sentence
from mhattn_core.bench.timing import interleaved
from mhattn_core.models.model import Model
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TOKENS = (32, 128, 256, 512)
MEASURED_TOKENS = 4096
"""How many tokens one round of a measurement reads."""


def corpus_ratios(get: Callable[[], Model], *, rounds: int) -> list[dict[str, object]]:
    """Medians over interleaved rounds, as multiples of one bare SDPA forward over the same batches.

    watched: the same forward with nobody looking, that is what eager attention alone costs. corpus: everything that a
    run does with a pair, from its text to its sums and resampling. one by one: the same measures of one pair after the
    other in NumPy, from ``output_attentions`` of an eager copy; TransformerLens: the same from its ``run_with_cache``,
    or why not.
    """
    model = get()
    lens = run_with_cache(model)
    alone = {"one by one": output_attentions(eager_copy(model.network.base_model))}
    alone |= {} if isinstance(lens, str) else {"TransformerLens": lens}
    rows: list[dict[str, object]] = []
    for tokens in TOKENS:
        # Two sentences and three or two special tokens; each word is one token.
        pairs = [
            SentencePair(sentence(tokens // 2 - 2), sentence(tokens - tokens // 2 - 1))
            for _ in range(MEASURED_TOKENS // tokens)
        ]
        records = [PairRecord(str(line), pair, line) for line, pair in enumerate(pairs)]
        fed, _problems = feed_all(model, pairs)
        ready = [collate(model, batch) for batch in batches(model, fed)]
        tasks = {
            "bare": partial(_bare, model, ready),
            "watched": partial(_watched, model, ready),
            "corpus": partial(sums_of, model, records, ["basic"]),
        }
        times = interleaved(
            tasks | {way: partial(one_by_one, model, patterns, pairs) for way, patterns in alone.items()},
            rounds=rounds,
        )
        row = {"tokens": fed[0].tokens, "pairs per second": len(pairs) / times["corpus"]}
        row |= {f"{way} ÷ bare": seconds / times["bare"] for way, seconds in times.items() if way != "bare"}
        rows.append(row | ({"TransformerLens ÷ bare": lens} if isinstance(lens, str) else {}))
    return rows


def corpus_runs(get: Callable[[], Model], *, sizes: Sequence[int]) -> list[dict[str, object]]:
    """Whole runs: pairs per second, and the most memory that each took, in a process of its own.

    get: brings the model, there; it has to be a function of a module, or a ``partial`` of one. Linux counts what this
    process holds when it starts another, so load no model before.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        return list(processes.map(partial(_whole_run, get), sizes))


def _whole_run(get: Callable[[], Model], size: int) -> dict[str, object]:
    model = get()
    with TemporaryDirectory() as folder:
        start = perf_counter()
        analyze([model], list(islice(varied_pairs(), size)), out=Path(folder) / "run")
        seconds = perf_counter() - start
    row: dict[str, object] = {"pairs": size, "pairs per second": size / seconds, "peak memory, MB": _peak_megabytes()}
    if model.network.device.type == "cuda":
        row["peak memory of the GPU, MB"] = torch.cuda.max_memory_allocated() / 1e6
    return row


def varied_pairs() -> Iterator[SentencePair]:
    """Pairs of 3 to 60 words, no two the same."""
    for number, words in enumerate(cycle((12, 25, 7, 40, 18, 3, 60, 30))):
        yield SentencePair(f"{sentence(words // 2 + 1)} {number}", sentence(words - words // 2))


def _bare(model: Model, ready: list[Batch]) -> None:
    for batch in ready:
        run_bare(model, batch)


def _watched(model: Model, ready: list[Batch]) -> None:
    for batch in ready:
        with model.attention.watching(lambda _call: None):
            run_bare(model, batch)


def sums_of(model: Model, records: Sequence[PairRecord], measures: Sequence[str]) -> None:
    """Everything that a run does for these measures."""
    # New pairs: a sentence remembers its words.
    pairs = [SentencePair(record.pair.source, record.pair.target) for record in records]
    ModelSums().add_chunk(measure_chunk(model, pairs, measures), records)


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
