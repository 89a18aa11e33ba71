"""Every head of a model as a word aligner, against gold."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weightings, alignment_weights
from mhattn_core.attention.attend import AttentionResult, attend
from mhattn_core.attention.embeddings import word_similarity
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.alignment.aligned import Aligned, GoldPair, LinkReading, gold_of
from mhattn_core.measures.alignment.measures import best_links, error_sums, links, mutual_links
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

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
    readings = [
        LinkReading(*reading, weight) for reading in alignment_readings(model) for weight in alignment_weightings(model)
    ]
    found: dict[LinkReading, list[np.ndarray]] = {reading: [] for reading in readings}
    keys, gold, skipped = [], [], []
    for done, record in enumerate(pairs):
        progress(done, len(pairs))
        try:
            links_gold = gold_of(record)
            seen = attend(model, record.pair.turned if turned else record.pair)
        except Problem as problem:
            skipped.append((record.line, problem.happened))
            continue
        for reading in readings:
            found[reading].append(_choices(alignment_weights(seen, reading.rows, reading.weight)))
        keys.append(record.pair.source)
        gold.append(links_gold)
    progress(len(pairs), len(pairs))
    told = pd.DataFrame(skipped, columns=["line", "reason"])
    if not gold:
        raise Problem(
            _("“{name}” could align none of the {pairs} pairs.").format(name=model.name, pairs=len(pairs)),
            _("The first reason: {reason}").format(reason=told["reason"].iloc[0])
            if len(told)
            else _("Give pairs with gold links."),
        )
    return Aligned(model.name, model.revision, tuple(keys), tuple(gold), found, told, turned)


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


def _choices(weights: AlignmentWeights) -> np.ndarray:
    """The partner of each choosing word, of each head and of the layer's mean."""
    with_mean = AlignmentWeights(
        weights.stack,
        weights.rows,
        weights.weight,
        np.concatenate([weights.weights, weights.weights.mean(axis=1, keepdims=True)], axis=1),
        np.concatenate([weights.no_link, weights.no_link.mean(axis=1, keepdims=True)], axis=1),
        weights.targets,
        weights.sources,
    )
    tied = links(with_mean)
    chosen = tied if weights.choosing == "target" else np.swapaxes(tied, -1, -2)
    return np.where(chosen.any(axis=-1), chosen.argmax(axis=-1), -1).astype(np.int16)
