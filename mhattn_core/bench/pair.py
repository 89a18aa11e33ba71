"""How much watching costs: attend() against the bare model, and against what one does without it."""

from collections.abc import Callable
from functools import partial

import torch

from mhattn_core.attention.attend import attend
from mhattn_core.bench.eager import eager_copy
from mhattn_core.bench.timing import interleaved
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

LENGTHS = (16, 64, 128, 300)


def attend_times(get: Callable[[], Model], *, rounds: int) -> list[dict[str, object]]:
    """Medians over interleaved rounds, in milliseconds, and their ratios to the bare forward.

    bare: one SDPA forward on the same inputs; plain: the same with ``output_attentions=True`` on an eager copy.
    """
    model = get()
    eager = eager_copy(model.network)
    rows: list[dict[str, object]] = []
    for words in LENGTHS:
        pair = SentencePair(sentence(words))
        inputs = attend(model, pair).inputs
        tasks = {
            "bare": partial(model.network, **inputs),
            "attend": partial(attend, model, pair),
            "plain": partial(eager, **inputs, output_attentions=True),
        }
        with torch.no_grad():
            times = interleaved(tasks, rounds=rounds)
        rows.append(
            {
                "words": words,
                "tokens": inputs["input_ids"].shape[1],
                "bare forward, ms": times["bare"] * 1000,
                "attend, ms": times["attend"] * 1000,
                "output_attentions, ms": times["plain"] * 1000,
                "attend ÷ bare": times["attend"] / times["bare"],
                "attend ÷ output_attentions": times["attend"] / times["plain"],
            }
        )
    return rows


def sentence(words: int) -> str:
    """A text of so many words, each one token of an English tokenizer."""
    return " ".join(["the", "dog", "sees", "a", "cat", "and", "runs", "home"][place % 8] for place in range(words))
