"""What the computing costs: long pairs, and heads that are switched off one at a time.

By hand: ``PYTHONPATH=. python tests/benchmarks/computing.py long TOKENS`` or ``… ablation [LAYER …]``. CPU time and not
the clock; quote the ratios of two versions measured together. ``bench`` prints the basic measures over the bare model.
"""

import resource
import sys
from time import process_time

from mhattn_core.bench.pair import sentence
from mhattn_core.cli.terminal import print_table
from mhattn_core.experiments.ablation.trials import PRIMARY, Trials
from mhattn_core.models.load import load
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.text.pair import SentencePair

MODEL = "smollm2"
CONTEXT = 64
"""Words that a model reads while heads are off."""


def long_pair(tokens: int) -> dict[str, object]:
    """Seconds and the most memory of this process, for the basic measures of one pair."""
    model = load(MODEL)
    # Its positions are rotations, which go on beyond what it was trained with.
    model.network.config.max_position_embeddings = max(tokens, model.network.config.max_position_embeddings)
    pair = SentencePair(sentence(tokens // 2 - 2), sentence(tokens - tokens // 2 - 1))
    start = process_time()
    reasons = measure_chunk(model, [pair], ["basic"]).reasons
    seconds = process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"tokens": tokens, "left out": len(reasons), "s CPU": seconds, "peak memory, GB": peak}


def ablation(layers: list[int]) -> dict[str, object]:
    """Seconds for each head of some layers, on two contexts, the first round left out."""
    model = load(MODEL)
    trials = Trials(model, [SentencePair(sentence(CONTEXT)), SentencePair(sentence(CONTEXT - 7))])
    heads = [head for head in model.attention.all_heads() if head.layer in layers]
    times = []
    for _round in range(3):
        start = process_time()
        trials.totals([{head: PRIMARY} for head in heads])
        times.append(process_time() - start)
    return {"layers": " ".join(map(str, layers)), "ms CPU a head and context": min(times[1:]) / len(heads) / 2 * 1000}


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    asked = [int(number) for number in numbers]
    print_table([long_pair(*asked) if what == "long" else ablation(asked or [0, 15, 29])])
