"""What measuring a corpus costs, against the bare model and against what one does without it."""

import resource
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.attention.stream import run_bare
from mhattn_core.bench.eager import eager_copy, one_by_one, output_attentions
from mhattn_core.bench.lens import run_with_cache
from mhattn_core.bench.pair import interleaved, sentence
from mhattn_core.models.load import load
from mhattn_core.models.model import Model
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.sums import ModelSums
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TOKENS = (32, 128, 256, 512)
MEASURED_TOKENS = 4096
"""How many tokens one round of a measurement reads."""


def corpus_ratios(name: str, *, rounds: int) -> list[dict[str, object]]:
    """Medians over interleaved rounds, as multiples of one bare SDPA forward over the same batches.

    watched: the same forward with nobody looking, that is what eager attention alone costs. corpus: everything that a
    run does with a pair, from its text to its sums and resampling. one by one: the same measures of one pair after the
    other in NumPy, from ``output_attentions`` of an eager copy; TransformerLens: the same from its ``run_with_cache``,
    or why not.
    """
    model = load(name)
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
            "corpus": partial(_corpus, model, records),
        }
        times = interleaved(
            tasks | {way: partial(one_by_one, model, patterns, pairs) for way, patterns in alone.items()},
            rounds=rounds,
        )
        row = {"tokens": fed[0].tokens, "pairs per second": len(pairs) / times["corpus"]}
        row |= {f"{way} ÷ bare": seconds / times["bare"] for way, seconds in times.items() if way != "bare"}
        rows.append(row | ({"TransformerLens ÷ bare": lens} if isinstance(lens, str) else {}))
    return rows


def corpus_runs(name: str, *, sizes: Sequence[int]) -> list[dict[str, object]]:
    """Whole runs: pairs per second, and the most memory that each took, in a process of its own.

    Linux counts what this process holds when it starts another, so load no model before.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        return list(processes.map(partial(_whole_run, name), sizes))


def _whole_run(name: str, size: int) -> dict[str, object]:
    model = load(name)
    with TemporaryDirectory() as folder:
        start = perf_counter()
        analyze([model], list(islice(varied_pairs(), size)), out=Path(folder) / "run")
        seconds = perf_counter() - start
    return {"pairs": size, "pairs per second": size / seconds, "peak memory, MB": _peak_megabytes()}


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


def _corpus(model: Model, records: list[PairRecord]) -> None:
    # New pairs: a sentence remembers its words.
    pairs = [SentencePair(record.pair.source, record.pair.target) for record in records]
    ModelSums().add_chunk(measure_chunk(model, pairs, ["basic"]), records)


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
