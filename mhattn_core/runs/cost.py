"""What a run will cost, told by a few of its pairs measured now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage
from time import monotonic
from typing import TypeVar

import numpy as np

from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.attention.stream import run_bare
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.measure import MEASURES
from mhattn_core.measures.statistics import FOLDS, REPLICATES
from mhattn_core.models.memory import free, readable
from mhattn_core.models.model import Model
from mhattn_core.runs.chunk import Chunk, measure_chunk
from mhattn_core.runs.studies import ACROSS, STUDIES
from mhattn_core.runs.where import CHUNK
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

T = TypeVar("T")
TRIED = 24
"""Pairs that are measured, evenly spread over the file."""
WRITTEN = 2
"""The same where the model writes a part of each, token after token."""
TOKENS_TRIED = 8192
"""Where pairs are long, fewer are measured: the cost must be told before the reader is tired of waiting."""
BYTES_OF_FLOAT64 = 8


@dataclass(frozen=True)
class Cost:
    """One model over all pairs: ``tokens`` that it is fed, ``memory`` for its sums and ``disk`` in bytes, ``seconds``.

    parts: seconds of the ``forward`` pass itself, of ``tokens`` (cutting text into tokens, and writing second sentences
    that a translator lacks), of ``writing`` second sentences where pairs are fed so, and of each measure and study; what studies cost is reckoned from the forward pass. unknown:
    share of the tokens that the model does not know. reasons: why pairs that were tried cannot be measured. windowed:
    whether a study reads those that are longer than the model all the same, window by window.
    """

    model: str
    tokens: int
    memory: int
    disk: int
    seconds: float
    parts: Mapping[str, float]
    unknown: float
    tried: int
    reasons: tuple[str, ...]
    windowed: bool = False


def estimate(
    model: Model,
    records: Sequence[PairRecord],
    measures: Sequence[str],
    *,
    controls_known: bool = False,
    tell: Callable[[float], object] = lambda _share: None,
) -> Cost:
    """Measure a few pairs and reckon from them. It takes as long as some three times these pairs.

    controls_known: the run has measured the model's random controls already, for NAME@random, or for NAME if this is
    NAME@random. tell: hears again and again which share is done, 0 to 1.
    """
    tell(0.0)
    some = _spread(records, WRITTEN if records[0].pair.feeding.is_generated else TRIED)
    given, writing = _timed(lambda: [_written(model, record.pair) for record in some])
    pairs = _few_tokens(model, given)
    share = len(records) / len(pairs)
    rows, feeding = _timed(lambda: feed_all(model, pairs)[0])
    _none, forward = _timed(lambda: [run_bare(model, collate(model, batch)) for batch in batches(model, rows)])
    sums = [name for name in measures if name in MEASURES]
    steps = iter(np.linspace(0, 1, len(sums) + 4)[1:].tolist())
    tell(next(steps))
    measure_chunk(model, pairs[:1], sums)  # what is compiled when it is first used is no part of a cost
    chunk, seconds = _timed(
        lambda: measure_chunk(model, pairs, sums) if sums else Chunk((), np.zeros((len(pairs), 0)), {})
    )
    tell(next(steps))
    alone = dict.fromkeys(sums, seconds)
    if len(sums) > 1:
        for name in sums:
            alone[name] = _timed(partial(measure_chunk, model, pairs, [name]))[1]
            tell(next(steps))
    parts = {"forward": forward, "tokens": feeding} | {
        name: max(took - forward - feeding, 0.0) for name, took in alone.items()
    }
    parts = {name: part * share for name, part in parts.items()}
    writing *= len(records) / len(some)
    parts |= {"writing": writing} if some[0].pair.feeding.is_generated else {}
    asked = [name for name in measures if name not in MEASURES]
    windowed = {name: read for name, study in STUDIES.items() if name in asked and (read := study.seconds)}
    studied = {
        name: forward / len(pairs) * _passes(model, name, records, controls_known)
        for name in asked
        if name not in windowed
    }
    studied |= {name: read(model, some) * len(records) / len(some) for name, read in windowed.items()}
    fed = [id_ for row in rows for name in ("input_ids", "decoder_input_ids") for id_ in row.inputs.get(name, ())]
    groups = 1 + len({record.group for record in records} - {""})
    size = groups * (FOLDS + REPLICATES + 1) * chunk.rows.shape[1] * BYTES_OF_FLOAT64
    return Cost(
        model.name,
        round(len(fed) * share),
        2 * size + CHUNK * chunk.rows.shape[1] * BYTES_OF_FLOAT64,  # a chunk is weighted before it is added
        2 * size,  # the new file stands beside the old one for a moment
        writing + seconds * share + sum(studied.values()),
        parts | studied,
        _unknown_share(model, rows),
        len(pairs),
        tuple(chunk.reasons.values()),
        bool(windowed),
    )


def _written(model: Model, pair: SentencePair) -> SentencePair:
    """What is to be written is written once, not by each measure; other pairs as they are."""
    return with_second_sentence(model, pair) if pair.feeding.is_generated else pair


def _unknown_share(model: Model, rows: Sequence[FedPair]) -> float:
    """Share of tokens that the model does not know among those that cover a character, 0 to 1."""
    covering = unknown = 0
    for row in rows:
        for stack, name in (
            ("encoder", "input_ids"),
            ("decoder", "decoder_input_ids" if "cross" in row.queries else "input_ids"),
        ):
            if stack in row.queries:
                covers = row.queries[stack][:, 2] > row.queries[stack][:, 1]
                covering += covers.sum()
                unknown += (covers & (np.array(row.inputs[name]) == model.tokenizer.unk_token_id)).sum()
    return float(unknown / covering) if covering else 0.0


def _spread(given: Sequence[T], most: int) -> list[T]:
    """The most that are wanted of them, evenly spread."""
    return [given[place] for place in np.unique(np.linspace(0, len(given) - 1, most).round().astype(int))]


def _few_tokens(model: Model, pairs: Sequence[SentencePair]) -> list[SentencePair]:
    """Fewer of them where they are long, one at least; it also does once what is only slow the first time."""
    tokens = sum(row.tokens for row in feed_all(model, pairs)[0])
    return _spread(pairs, max(len(pairs) * TOKENS_TRIED // max(tokens, TOKENS_TRIED), 1))


def _passes(model: Model, study: str, records: Sequence[PairRecord], controls_known: bool) -> float:
    """What a study costs, in bare forward passes of a pair."""
    if study in ACROSS:
        return ACROSS[study].cost(model, records)
    return STUDIES[study].cost(model, records, controls_known=controls_known)


def refuse(costs: Sequence[Cost], folder: Path) -> None:
    """Raise Problem, with the reason, for what cannot be measured at all or cannot fit."""
    for cost in costs:
        if len(cost.reasons) == cost.tried and not cost.windowed:
            raise Problem(
                _("“{model}” could measure none of {tried} pairs that were tried: {reason}").format(
                    model=cost.model, tried=cost.tried, reason=cost.reasons[0]
                ),
                _("Choose another model, or other pairs."),
            )
    fewer = _("Choose fewer models, or fewer groups.")
    memory = max((cost.memory for cost in costs), default=0)
    if memory > (there := free()):
        raise Problem(
            _("The sums need {needed} of memory; {free} are free.").format(
                needed=readable(memory), free=readable(there)
            ),
            fewer,
        )
    disk = sum(cost.disk for cost in costs)
    near = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if disk > (room := disk_usage(near).free):
        raise Problem(
            _("The run needs {needed} in “{folder}”; {free} are free.").format(
                needed=readable(disk), folder=folder, free=readable(room)
            ),
            fewer,
        )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = monotonic()
    result = work()
    return result, monotonic() - start
