"""How far each head's attention stays what it was when its text is perturbed, over many pairs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from mhattn_core.arrays.word_layer import SIDES, WordAxes, WordLayer
from mhattn_core.attention.batches import ONE_BY_ONE, TOKENS, Batch, FedPair, batches, collate, feed_all
from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.attention.stream import watch_words
from mhattn_core.errors import Problem
from mhattn_core.measures.invariance import WordRows, invariance
from mhattn_core.measures.sample import chosen
from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, supported
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.perturb import Perturbed, WordLink, has_letters, masked, on_axis, replaced, shuffled, swapped

PERTURBATIONS = ("mask", "replace", "shuffle", "swap")
COLUMNS = ("model", "stack", "layer", "head", "perturbation", "invariance", "low", "high", "compared", "n", "units")
SEED = 0
SIDE_NAMES = {number: side for side, number in SIDES.items()}
Sums = Float[np.ndarray, "pair layer head 3"]


class _Changed(NamedTuple):
    """A fed pair that was perturbed in one way, and what became of its words."""

    kind: str
    row: FedPair
    links: Sequence[WordLink]


def invariance_table(
    model: Model,
    pairs: Sequence[SentencePair],
    units: Sequence[str],
    *,
    replacements: Mapping[str, str] | None = None,
    tell: Callable[[int], object] = lambda _passes: None,
) -> pd.DataFrame:
    """Rows of ``invariance.parquet``: of each head and way of perturbing (``PERTURBATIONS``) the mean over unchanged
    words of ``measures.invariance``, with its interval over units, and the mean share of attention that is compared.

    ``mask``: one word of the pair, chosen by a hash, behind the mask token of a model that has one. ``replace``: every
    word that is in ``replacements``. ``shuffle``: the words of each sentence. ``swap``: A and B, of a model that reads
    both in one sequence. n, units: pairs, and what is resampled as one, that have a word to count. units: of each pair.
    tell: so many passes more were made. No rows for a family that cannot be padded.
    """
    if model.family in ONE_BY_ONE:
        return pd.DataFrame(columns=list(COLUMNS))
    pairs = [with_second_sentence(model, pair) for pair in pairs]
    rows, _problems = feed_all(model, pairs)
    changed = _changed(model, {row.number: pairs[row.number] for row in rows}, replacements or {})
    sums: dict[tuple[str, str], Sums] = {}
    for together in batches(model, rows, tokens=TOKENS // (1 + len(PERTURBATIONS))):
        groups = [(row, changed.get(row.number, [])) for row in together]
        fed = [one for row, others in groups for one in (row, *(other.row for other in others))]
        _add(sums, model, collate(model, fed), groups, len(pairs))
        tell(len(fed))
    tables = [_rows(model, kind, stack, of, units) for (kind, stack), of in sums.items()]
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(tables, ignore_index=True).assign(model=model.name)
    order = {"stack": model.stacks.index, "perturbation": PERTURBATIONS.index}
    keys = ["stack", "perturbation", "layer", "head"]
    table = table.sort_values(keys, key=lambda of: of.map(order[of.name]) if of.name in order else of)
    return table[list(COLUMNS)].reset_index(drop=True)


def perturbations(model: Model, pair: SentencePair, replacements: Mapping[str, str]) -> Iterator[tuple[str, Perturbed]]:
    """The pair perturbed in every way that it, and the model, allow."""
    key = f"{pair.source}\n{pair.target}"
    texts = [word.text for sentence in (pair.a, pair.b) for word in sentence.words]
    free = [number for number, word in enumerate(texts) if has_letters(word)]
    if free and model.tokenizer.mask_token_id is not None:
        yield "mask", masked(pair, free[chosen(key, len(free))])
    with suppress(Problem):  # the list has none of its words
        yield "replace", replaced(pair, replacements)
    moved = shuffled(pair, SEED)
    if any(link.before != link.after for link in moved.links):
        yield "shuffle", moved
    if pair.b and "cross" not in model.stacks:
        yield "swap", swapped(pair)


def _changed(
    model: Model, pairs: Mapping[int, SentencePair], replacements: Mapping[str, str]
) -> dict[int, list[_Changed]]:
    """By the number of the pair, what is read of it; what the model cannot take is left out."""
    asked = [
        (number, kind, one) for number, pair in pairs.items() for kind, one in perturbations(model, pair, replacements)
    ]
    changed = dict[int, list[_Changed]]()
    for row in feed_all(model, [one.pair for _number, _kind, one in asked])[0]:
        number, kind, one = asked[row.number]
        changed.setdefault(number, []).append(_Changed(kind, row, one.links))
    return changed


def _add(
    sums: dict[tuple[str, str], Sums],
    model: Model,
    batch: Batch,
    groups: Sequence[tuple[FedPair, Sequence[_Changed]]],
    pairs: int,
) -> None:
    """Add what a batch of pairs, each before what was made of it, gives: of each head the sum over words of the
    invariance, of the share compared, and how many words there were.
    """
    compared = list[tuple[FedPair, int, int, _Changed]]()
    at = 0
    for row, others in groups:
        compared += [(row, at, at + 1 + number, other) for number, other in enumerate(others)]
        at += 1 + len(others)

    def see(layer: WordLayer) -> None:
        stack = layer.axes.stack
        patterns, special = layer.pattern.cpu().numpy(), layer.special_mass.cpu().numpy()
        visible = layer.axes.visible.cpu().numpy()
        for row, before, after, other in compared:
            key = other.kind, stack
            if key not in sums:
                attention = model.attention
                sums[key] = np.zeros((pairs, attention.layers(stack), attention.heads(stack), 3))
            queries, keys = (shared[stack][axis][before, after] for axis in (0, 1))
            values, share = invariance(
                *(
                    WordRows(patterns[text], special[text], visible[text]).at(queries[:, side], keys[:, side])
                    for side, text in enumerate((before, after))
                )
            )
            counted = np.isfinite(values)
            found = [np.where(counted, part, 0).sum(axis=-1) for part in (values, share, 1.0)]
            sums[key][row.number, layer.layer] = np.stack(found, axis=-1)

    shared = {stack: _shared(axes, compared) for stack, axes in batch.axes.items()}
    watch_words(model, batch, see)


def _shared(
    axes: WordAxes, compared: Sequence[tuple[FedPair, int, int, _Changed]]
) -> tuple[dict[tuple[int, int], Int[np.ndarray, "word 2"]], ...]:
    """Of queries and of keys, for each two texts that are compared, where the words stand in both that are the same and
    that some piece covers.
    """
    found = []
    for side, mask in ((axes.query_side, axes.query_mask), (axes.key_side, axes.key_mask)):
        sides = [[SIDE_NAMES.get(one, "") for one in row] for row in side.tolist()]
        covered = mask.cpu().numpy()
        of_axis = {}
        for _row, before, after, other in compared:
            kept = [
                (link.before, link.after)
                for link in on_axis(other.links, sides[before], sides[after])
                if link.kept and link.before is not None and link.after is not None
            ]
            both = np.array(kept, dtype=int).reshape(-1, 2)
            seen = covered[before][both[:, 0]] & covered[after][both[:, 1]]
            of_axis[before, after] = both[seen]
        found.append(of_axis)
    return tuple(found)


def _rows(model: Model, kind: str, stack: str, sums: Sums, units: Sequence[str]) -> pd.DataFrame:
    """A row a head; a head that no word counts for has no value."""
    measured = np.flatnonzero(sums[..., 2].any(axis=(1, 2)))
    sums, own = sums[measured], [units[pair] for pair in measured.tolist()]
    number = len(set(own))
    value, share = quotient(sums.sum(axis=0)[..., [0, 2]]), quotient(sums.sum(axis=0)[..., [1, 2]])
    low = high = np.full(value.shape, np.nan)
    if number:
        low, high = supported(*interval(sums[..., [0, 2]], bootstrap_weights(own), quotient), number)
    layer, head = (axis.ravel() for axis in np.indices(value.shape))
    columns = {"invariance": value, "low": low, "high": high, "compared": share}
    table = pd.DataFrame({"layer": layer, "head": head, **{name: of.ravel() for name, of in columns.items()}})
    table = table[table["layer"].isin(model.attention.attending(stack))]
    return table.assign(stack=stack, perturbation=kind, n=len(measured), units=number)
