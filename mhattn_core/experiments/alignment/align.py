"""Every head of a model as a word aligner, against gold."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from mhattn_core.arrays.alignment_layer import AlignmentLayer
from mhattn_core.arrays.word_layer import SIDES
from mhattn_core.attention.alignment_batches import watch_alignment
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weightings, alignment_weights
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.batches import FedPair, batches, feed_all
from mhattn_core.attention.embeddings import word_similarity
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.alignment.aligned import Aligned, Gold, GoldPair, LinkReading, gold_of
from mhattn_core.measures.alignment.measures import best_links, error_sums, mutual_links
from mhattn_core.measures.alignment.partners import NO_PARTNER, partners
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

Choices = dict[LinkReading, Int[np.ndarray, "_layer _head _choosing"]]
"""Of one pair, as in ``Aligned.found``."""
Progress = Callable[[int, int], None]
"""Is told how many pairs are done, and of how many."""


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def align(model: Model, pairs: Sequence[GoldPair], *, turned: bool = False, progress: Progress = silent) -> Aligned:
    """Read the links of every head, with every kind of rows and weights that the model has, off pairs with gold.

    turned: let the model read B as its source and A as its target, as a reverse translator does.
    Pairs without gold links, and pairs that the model cannot read, are skipped and told. Raises Problem when none is
    left.
    Source: Kobayashi et al. 2020, section 6; means over heads as their layer-wise setting.
    """
    gold: dict[int, Gold] = {}
    problems: dict[int, Problem] = {}
    for number, record in enumerate(pairs):
        try:
            gold[number] = gold_of(record)
        except Problem as problem:
            problems[number] = problem
    choices, unread = _choices(model, {number: pairs[number] for number in gold}, turned, len(pairs), progress)
    problems |= unread
    told = pd.DataFrame(
        [(pairs[number].line, problems[number].happened) for number in sorted(problems)], columns=["line", "reason"]
    )
    if not choices:
        raise Problem(
            _("“{name}” could align none of the {pairs} pairs.").format(name=model.name, pairs=len(pairs)),
            _("The first reason: {reason}").format(reason=told["reason"].iloc[0])
            if len(told)
            else _("Give pairs with gold links."),
        )
    aligned = sorted(choices)
    found = {reading: [choices[number][reading] for number in aligned] for reading in choices[aligned[0]]}
    keys, links = (tuple(pairs[number].pair.source for number in aligned), tuple(gold[number] for number in aligned))
    return Aligned(model.name, model.revision, keys, links, found, told, turned)


def _choices(
    model: Model, pairs: Mapping[int, GoldPair], turned: bool, total: int, progress: Progress
) -> tuple[dict[int, Choices], dict[int, Problem]]:
    """By the number of the pair whom its words choose, or why the model cannot read it."""
    numbers = list(pairs)
    fed = [record.pair.turned if turned else record.pair for record in pairs.values()]
    rows, problems = feed_all(model, fed)
    choices: dict[int, Choices] = {}
    progress(total - len(rows), total)
    for batch in batches(model, rows):
        for some, found in _together_or_alone(model, batch, problems):
            choices |= {row.number: own for row, own in zip(some, found, strict=True)}
        progress(total - len(rows) + len(choices), total)
    progress(total, total)
    return (
        {numbers[place]: own for place, own in choices.items()},
        {numbers[place]: problem for place, problem in problems.items()},
    )


def _together_or_alone(
    model: Model, rows: list[FedPair], problems: dict[int, Problem]
) -> list[tuple[list[FedPair], list[Choices]]]:
    """One forward; when it fails, one for each pair, so that a pair that cannot be read takes no others with it."""
    try:
        return [(rows, _of_batch(model, rows))]
    except Problem as problem:
        if len(rows) > 1:
            return [part for row in rows for part in _together_or_alone(model, [row], problems)]
        problems[rows[0].number] = problem
        return []


def _of_batch(model: Model, rows: Sequence[FedPair]) -> list[Choices]:
    """Whom the words of each pair choose, int16 ``[layer, head, word]`` of each reading, as in ``Aligned.found``."""
    readings = [
        LinkReading(*reading, weight) for reading in alignment_readings(model) for weight in alignment_weightings(model)
    ]
    found: list[Choices] = [{} for _row in rows]
    for pair, row in enumerate(rows):
        for reading in readings:
            words = int((row.words[:, 0] == SIDES["a" if reading.rows == "a_to_b" else "b"]).sum())
            shape = (model.attention.layers(reading.stack), model.attention.heads(reading.stack) + 1, words)
            found[pair][reading] = np.full(shape, NO_PARTNER, dtype=np.int16)
    stack = readings[0].stack

    def see(layer: AlignmentLayer) -> None:
        chosen, choosing = partners(layer).cpu().numpy(), layer.choosing.cpu().numpy()
        reading = LinkReading(stack, layer.rows, layer.weight)
        for own, partner, which in zip(found, chosen, choosing, strict=True):
            # A sentence of which the model reads no piece has no words on the axis.
            if which.any():
                own[reading][layer.layer] = partner[:, which]

    watch_alignment(model, rows, see)
    return found


def embedding_links(model: Model, pair: SentencePair) -> np.ndarray:
    """Links of an aligner that trains nothing, bool ``[target, source]``: words that are each other's nearest by their
    embeddings.

    Raises Problem for a model without an encoder. Source: Jalili Sabet et al. 2020 (SimAlign), “Argmax”.
    """
    return mutual_links(word_similarity(model, pair))


def embedding_sums(model: Model, pairs: Sequence[GoldPair]) -> np.ndarray:
    """The sums of ``embedding_links`` against gold, ``[pair, 4]``."""
    return np.stack([error_sums(embedding_links(model, record.pair), *gold_of(record)) for record in pairs])


def mean_links(seen: AttentionResult) -> np.ndarray:
    """Links of a translator as a whole, bool ``[target, source]``: the mean of the heads of its last layer but one, as
    it predicts each word.

    Source: Garg et al. 2019, section 3.1 (the penultimate layer's average aligns best); rows as AWO in Kobayashi et al.
    2020.
    """
    aligned = alignment_weights(seen, "awo")
    layer = max(0, aligned.weights.shape[0] - 2)
    return best_links(aligned.weights[layer].mean(axis=0), aligned.no_link[layer].mean(axis=0))
