"""Whether a head's edges of a relation matter: they alone are taken out of it, and nothing else of the head."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from mhattn_core.attention.ablation import OF_EDGES, Ablation
from mhattn_core.attention.batches import FedPair
from mhattn_core.attention.edges import Edge, Edges, Removed, edge_cells, first_words, words_in_sight
from mhattn_core.attention.objectives import outcome
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.effects import effects
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.measures.roles.significance import adjusted
from mhattn_core.measures.roles.verdicts import FEWEST_ITEMS, UNDECIDED, UP_TO_CAUSES
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

HEAD, RELATION = ("stack", "layer", "head"), ("relation", "direction")
COLUMNS = (
    *("model", "relation", "direction", "stack", "layer", "head", "kind", "quantity", "hits", "items", "edges"),
    *("edge_weight", "intact", "ablated", "delta", "low", "high"),
    *("equal_weight", "equal", "other", "specific", "specific_low", "specific_high", "p", "q", "n", "units"),
)


class BestHead(NamedTuple):
    """A head that is right most often on a relation, seen in one direction."""

    relation: str
    direction: str
    head: Head
    hits: int
    items: int


def knockout_table(
    model: Model,
    records: Sequence[PairRecord],
    units: Sequence[str],
    items: pd.DataFrame,
    texts: Mapping[BestHead, Sequence[int]],
    *,
    tell: Callable[[int], object] = lambda _texts: None,
) -> pd.DataFrame:
    """Rows of ``knockouts.parquet``: of each head both ways of taking a relation's edges out of it (``OF_EDGES``).

    units: what is resampled as one, of each of the records; items: rows of ``items.parquet`` of the model; texts: which
    of the records are read for each head.
    delta: what the texts lose without the relation's edges in this head (``edges`` of them, of mean ``edge_weight``), with
    its interval. other: what they lose when as much weight is taken, in proportion, from the other words that the same
    words may look at. Where those have less, no more is taken from the relation's edges either: so much (mean
    ``equal_weight``) is worth equal there. specific: equal less other, with p two-sided and q over all heads of the
    table: what the edges of this relation are worth beyond their weight. A text counts if the relation stands in it. No
    rows for a model that does not tell its values. Source: Geva et al. 2023 (attention knockout).
    """
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for best, numbers in texts.items() if model.attention.gives_values else ():
        chosen = [records[number] for number in numbers]
        trials = Trials(model, [record.pair for record in chosen])
        if not trials.tasks:
            continue
        asked = _asked(best, items, chosen, trials)
        off: list[Ablation] = [{best.head: kind} for kind in OF_EDGES for _removed in asked.variants]
        totals = trials.totals(off, removed=asked.variants * len(OF_EDGES), passes=lambda more, _of: tell(more))
        without = totals[trials.main].reshape(len(OF_EDGES), VARIANTS, len(chosen))
        weights, own_units = _weights(trials, asked), [units[number] for number in numbers]
        tables += [
            _row(trials, asked, own_units, *of_kind).assign(kind=kind, **weights)
            for kind, of_kind in zip(OF_EDGES, without, strict=True)
        ]
    table = pd.concat(tables[1:] or tables, ignore_index=True)
    q = table.groupby("kind")["p"].transform(lambda p: adjusted(p.to_numpy()))
    return table.assign(model=model.name, q=q)[list(COLUMNS)]


def best_heads(rates: pd.DataFrame) -> list[BestHead]:
    """Of each relation that has items enough the head, and direction, that is right most often. Which it is hangs on
    where heads look, not on what follows.

    rates: rows of ``rates.parquet`` of one model.
    """
    known = rates[(rates["n"] >= FEWEST_ITEMS) & ~rates["relation"].astype(str).str.endswith(CONTROL)]
    if known.empty:
        return []
    top = known.loc[(known["hits"] / known["n"]).groupby(known["relation"], sort=False, observed=True).idxmax()]
    return [_best(row) for _index, row in top.iterrows()]


def judged_heads(relations: pd.DataFrame, rates: pd.DataFrame) -> list[BestHead]:
    """Of each relation that has a verdict the best head of the direction in which it is right most often on held-out
    items, and in any direction every head that lacks a causal effect alone to be a specialist.

    relations, rates: rows of ``relations.parquet`` and ``rates.parquet`` of one model.
    """
    own = relations[(relations["score"] == "hit") & ~relations["relation"].astype(str).str.endswith(CONTROL)]
    own = own[~own["verdict"].isin(UNDECIDED)].dropna(subset=["held_out"])
    top = own.loc[own.groupby("relation", sort=False, observed=True)["held_out"].idxmax()]
    chosen = pd.concat([top, own[own["verdict"].isin(UP_TO_CAUSES)]])[[*RELATION, *HEAD]].drop_duplicates()
    numbered = chosen.astype({"layer": "int64", "head": "int64"})
    return [_best(row) for _index, row in numbered.merge(rates, on=[*RELATION, *HEAD]).iterrows()]


def _best(row: "pd.Series[Any]") -> BestHead:
    return BestHead(str(row["relation"]), str(row["direction"]), Head.of_row(row), int(row["hits"]), int(row["n"]))


def _asked(best: BestHead, items: pd.DataFrame, records: Sequence[PairRecord], trials: Trials) -> "_RelationEdges":
    """The relation's edges in every text that counts, as far as it is fed, and all others of the same words. A word
    that may look at no other is left out.
    """
    number = {record.id: text for text, record in enumerate(records)}
    rows = {row.number: row for task in trials.tasks for row in task.rows if trials.counts[trials.main][row.number] > 0}
    own = of_relation(items, best)
    gold, others = dict[int, list[Edge]](), dict[int, list[Edge]]()
    for id_, of_text in own[own["id"].isin(number)].groupby("id", observed=True):
        if (row := rows.get(number[str(id_)])) is None:
            continue
        looking, looked_at = _edges(row, best, of_text)
        for word in np.unique(looking).tolist():
            sight, right = words_in_sight(row, best.head.stack, word), looked_at[looking == word]
            right, free = np.intersect1d(sight, right), np.setdiff1d(sight, right)
            if len(right) and len(free):
                for ends, edges in ((right, gold), (free, others)):
                    edges.setdefault(row.number, []).extend((word, int(end)) for end in ends)
    return _RelationEdges(best, gold, others)


def of_relation(items: pd.DataFrame, best: BestHead) -> pd.DataFrame:
    """The items of a relation as its best head's stack asks for them."""
    return items[
        (items["stack"] == best.head.stack)
        & (items["relation"] == best.relation)
        & (items["direction"] == best.direction)
    ]


def _edges(row: FedPair, best: BestHead, items: pd.DataFrame) -> tuple[Int[np.ndarray, " edge"], ...]:
    """The looking words of a text's items and the words looked at. Items count words along the axes of their stack, and
    a column is asked at the word that is looked at.
    """
    ends = [items[name].to_numpy(dtype=int) for name in ("query", "key")]
    if best.direction == "column":
        ends.reverse()
    looking, looked_at = first_words(row, best.head.stack)
    return ends[0] + looking, ends[1] + looked_at


VARIANTS = 3
"""How often each head's texts go through the network for each way of taking edges out."""


class _RelationEdges(NamedTuple):
    best: BestHead
    gold: Edges
    others: Edges

    @property
    def variants(self) -> tuple[Removed, ...]:
        """The relation's edges whole, then as much of them as of the others, then as much of the others as of them."""
        return Removed(self.gold), Removed(self.gold, self.others), Removed(self.others, self.gold)


@torch.no_grad()
def _weights(trials: Trials, asked: _RelationEdges) -> dict[str, float]:
    """Mean weight of the relation's edges from a token, and mean of the smaller of theirs and the others'."""
    sums, head = np.zeros(3), asked.best.head
    for task in trials.tasks:
        cells = [edge_cells(task, head.stack, edges) for edges in (asked.gold, asked.others)]

        def watch(call: Call, cells: Sequence[torch.Tensor] = cells) -> None:
            if (call.stack, call.layer) == (head.stack, head.layer):
                of_gold = cells[0].any(dim=-1)
                own, other = ((call.pattern[:, head.head] * some).sum(dim=-1)[of_gold] for some in cells)
                sums[:] += [len(own), float(own.sum()), float(torch.minimum(own, other).sum())]

        with trials.model.attention.watching(watch):
            outcome(trials.model, task)(trials.model.network, 1)
    with np.errstate(invalid="ignore"):
        return {"edge_weight": sums[1] / sums[0], "equal_weight": sums[2] / sums[0]}


def _row(
    trials: Trials,
    asked: _RelationEdges,
    units: Sequence[str],
    without: Float[np.ndarray, " text"],
    without_equal: Float[np.ndarray, " text"],
    without_others: Float[np.ndarray, " text"],
) -> pd.DataFrame:
    here = np.array([text in asked.gold for text in range(len(trials.pairs))])
    counts, intact = trials.counts[trials.main] * here, trials.intact[trials.main] * here
    loss, equal, other = (
        effects((some * here)[None], intact, counts, units) for some in (without, without_equal, without_others)
    )
    specific = effects((without_equal * here)[None], without_others * here, counts, units)
    best = asked.best
    return loss.assign(
        relation=best.relation,
        direction=best.direction,
        stack=best.head.stack,
        layer=best.head.layer,
        head=best.head.head,
        quantity=trials.main,
        hits=best.hits,
        items=best.items,
        edges=sum(map(len, asked.gold.values())),
        equal=equal["delta"],
        other=other["delta"],
        specific=specific["delta"],
        specific_low=specific["low"],
        specific_high=specific["high"],
        p=specific["p"],
    )
