"""Many documents with their summaries: every head's agreement with ROUGE, and the best head chosen on other
documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from mhattn_core.measures.heads import head_rows
from mhattn_core.measures.quantities import range_of
from mhattn_core.measures.roles.items import packed, unpacked
from mhattn_core.measures.roles.scores import RelationItems, score
from mhattn_core.measures.roles.verdicts import VerdictInput, verdict
from mhattn_core.measures.segments import agrees, in_order, lift, likest, of_units
from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, supported

HEAD_COLUMNS = ("model", "stack", "layer", "head", "rows", "measure", "value", "low", "high", "n")
ITEM_COLUMNS = ("id", "fold", "model", "stack", "rows", "unit", "segments", "likest", "in_order", "hits")
BEST_COLUMNS = (
    "model",
    "stack",
    "layer",
    "head",
    "rows",
    "held_out",
    "gain",
    "low",
    "high",
    "baseline",
    "shuffle",
    "wins",
    "n",
    "fewest",
    "verdict",
    "reason",
)
NUMBERS = ("held_out", "gain", "low", "high", "baseline", "shuffle", "wins")


@dataclass(frozen=True, eq=False)
class Answers:
    """What every head does at one summary. id, text, fold: of its pair; text is what the resampling hangs on.

    hits: bool ``[layer, head, unit]``, whether the most lifted segment is the likest by ROUGE; on_likest, on_lead:
    ``[layer, head, unit]``, the lift of the likest and of the first segment, NaN where nothing goes to the document;
    likest: int ``[unit]``; in_order: int ``[unit]``, the segment as far into the document as the unit is into the
    summary; segments: how many there are. Units that are like no segment are left out.
    """

    id: str
    text: str
    fold: int
    hits: Bool[np.ndarray, "layer head unit"]
    on_likest: Float[np.ndarray, "layer head unit"]
    on_lead: Float[np.ndarray, "layer head unit"]
    likest: Int[np.ndarray, " unit"]
    in_order: Int[np.ndarray, " unit"]
    segments: int


def answers_of(
    id: str,
    text: str,
    fold: int,
    *,
    weights: Float[np.ndarray, "layer head summary_word segment"],
    words: Int[np.ndarray, " segment"],
    unit: Sequence[int],
    likeness: Float[np.ndarray, "unit segment"],
) -> Answers:
    """weights ``[layer, head, summary word, segment]`` and words ``[segment]`` as ``segment_weights`` gives them; unit
    ``[summary word]`` as ``place_of``; likeness ``[unit, segment]`` as ``rouge``."""
    lifts = lift(of_units(weights, unit), words)
    right = likest(likeness)
    asked = right >= 0
    ordered = in_order(len(right), len(words))[asked]
    lifts, right = lifts[..., asked, :], right[asked]
    on_likest = np.take_along_axis(lifts, right.reshape(1, 1, -1, 1), axis=-1)[..., 0]
    return Answers(id, text, fold, agrees(lifts, right), on_likest, lifts[..., 0], right, ordered, len(words))


def heads_table(model: str, stack: str, rows: str, answers: Sequence[Answers]) -> pd.DataFrame:
    """A row a head and measure: columns ``HEAD_COLUMNS``, n: documents with something to count.

    ``agreement``: the share of units whose most lifted segment is the likest by ROUGE; ``agreement.lead``: the share
    whose likest is the first; ``agreement.order``: the share whose likest is as far into the document as they are into
    the summary; ``agreement.shuffled``: what is expected when the segments change places at random, one over their
    number. ``lift.likest``,
    ``lift.lead``: mean lift of the likest and of the first segment. All are means over units; low, high: 95 % over
    documents, none with fewer than 30.
    """
    if not answers:
        return pd.DataFrame(columns=list(HEAD_COLUMNS))
    weights = bootstrap_weights([one.text for one in answers])
    tables = []
    for measure in ("agreement", "agreement.lead", "agreement.order", "agreement.shuffled", "lift.likest", "lift.lead"):
        sums = np.stack([_sums(measure, one) for one in answers])
        n = (sums[..., 1] > 0).sum(axis=0)
        lowest, highest = range_of(measure)
        low, high = supported(*interval(sums, weights, quotient), n, lowest=lowest, highest=highest)
        tables.append(head_rows(stack, measure, quotient(sums.sum(axis=0)), n=n, low=low, high=high))
    return pd.concat(tables, ignore_index=True).assign(model=model, rows=rows)[list(HEAD_COLUMNS)]


def items_table(model: str, stack: str, rows: str, answers: Sequence[Answers]) -> pd.DataFrame:
    """A row a unit, with a packed bit a head (layer by layer) in ``hits``: columns ``ITEM_COLUMNS``."""
    tables = [
        pd.DataFrame(
            {
                "id": one.id,
                "fold": one.fold,
                "unit": np.arange(len(one.likest)),
                "segments": one.segments,
                "likest": one.likest,
                "in_order": one.in_order,
                "hits": packed(np.moveaxis(one.hits, -1, 0).reshape(len(one.likest), -1)),
            }
        )
        for one in answers
    ]
    if not tables:
        return pd.DataFrame(columns=list(ITEM_COLUMNS))
    return pd.concat(tables, ignore_index=True).assign(model=model, stack=stack, rows=rows)[list(ITEM_COLUMNS)]


def hits_of(items: pd.DataFrame, heads: int) -> Bool[np.ndarray, "unit {heads}"]:
    """bool ``[unit, head]``: the bits of ``items_table``, heads counting through all layers."""
    return unpacked(items["hits"].tolist(), heads)


def best_table(model: str, stack: str, rows: str, answers: Sequence[Answers]) -> pd.DataFrame:
    """The head that agrees most, chosen on half of the documents and reported on the other, fifty times: one row,
    columns ``BEST_COLUMNS``.

    held_out, baseline (the first segment), gain (one less the other, with its 95 % interval), shuffle, wins, n, fewest:
    as in
    ``relations.parquet``, items being units. Where fewer than 200 of them stand in a half the verdict is ``insufficient
    data``, and the
    numbers are NaN: the best of many heads on few sentences says nothing.
    """
    if not sum(len(one.likest) for one in answers):
        return pd.DataFrame(columns=list(BEST_COLUMNS))
    layers, heads, _units = answers[0].hits.shape
    document = np.repeat(np.arange(len(answers)), [len(one.likest) for one in answers])
    hit = np.concatenate([np.moveaxis(one.hits, -1, 0).reshape(-1, layers * heads) for one in answers])
    # The first segment takes the place of the best fixed offset: it is 1 where it is right, and no other offset ever
    # is.
    lead = np.concatenate([(one.likest == 0).astype(int) for one in answers])
    folds = np.array([one.fold for one in answers])[document]
    none = np.zeros_like(hit)
    items = RelationItems(hit, none, none[:, 0], document, folds, lead, rules=none[:, :0])
    best = score(items, bootstrap_weights([one.text for one in answers]))
    chance = float(np.mean(1 / np.array([one.segments for one in answers])[document]))
    # Neither tested against other heads nor against random weights: it can be refused here, and never be claimed.
    said = verdict(VerdictInput(best.fewest, best.held_out, offset_low=best.offset_gain.low))
    known = {name: getattr(best, name) for name in ("held_out", "baseline", "wins")} | {"shuffle": chance}
    known |= dict(zip(("gain", "low", "high"), best.offset_gain, strict=True))
    if said[1] == "few items":
        known |= dict.fromkeys(NUMBERS, np.nan)
    layer, head = divmod(best.head, heads)
    row = known | {
        "n": best.n,
        "fewest": best.fewest,
        "model": model,
        "stack": stack,
        "layer": layer,
        "head": head,
        "rows": rows,
        "verdict": said[0],
        "reason": said[1],
    }
    return pd.DataFrame([row], columns=list(BEST_COLUMNS))


def _sums(measure: str, one: Answers) -> Float[np.ndarray, "layer head 2"]:
    """Total and count of one document, ``[layer, head, 2]``."""
    found = {
        "agreement": one.hits,
        "agreement.lead": np.broadcast_to(one.likest == 0, one.hits.shape),
        "agreement.order": np.broadcast_to(one.likest == one.in_order, one.hits.shape),
        "agreement.shuffled": np.full(one.hits.shape, 1 / one.segments),
        "lift.likest": one.on_likest,
        "lift.lead": one.on_lead,
    }[measure].astype(float)
    return np.stack([np.nansum(found, axis=-1), np.isfinite(found).sum(axis=-1)], axis=-1)
