"""Whether a head's edges of a relation matter: they alone are taken out of it, and nothing else of the head."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

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
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.measures.roles.significance import adjusted
from mhattn_core.measures.roles.table import StackItems
from mhattn_core.measures.roles.verdicts import FEWEST_ITEMS
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

COLUMNS = (
    *("model", "relation", "direction", "stack", "layer", "head", "kind", "quantity", "hits", "items", "edges"),
    *("edge_weight", "intact", "ablated", "delta", "low", "high"),
    *("equal_weight", "equal", "other", "specific", "specific_low", "specific_high", "p", "q", "n", "units"),
)


class BestHead(NamedTuple):
    """The head that is right most often on a relation, of those of one direction."""

    relation: str
    direction: str
    head: Head
    hits: int
    items: int


def knockout_table(
    model: Model,
    records: Sequence[PairRecord],
    stacks: Mapping[str, StackItems],
    units: Sequence[str],
    *,
    tell: Callable[[int], object] = lambda _texts: None,
) -> pd.DataFrame:
    """Rows of ``knockouts.parquet``: for each relation its best head, in both ways of taking edges out (``OF_EDGES``).

    stacks: the items of these texts, see ``measure_relations``; units: what is resampled as one, of each text.
    delta: what the texts lose without the relation's edges in this head (``edges`` of them, of mean ``edge_weight``), with
    its interval. other: what they lose when as much weight is taken, in proportion, from the other words that the same
    words may look at. Where those have less, no more is taken from the relation's edges either: so much (mean
    ``equal_weight``) is worth equal there. specific: equal less other, with p two-sided and q over all relations: what
    the edges of this relation are worth beyond their weight. A text counts if the relation stands in it. No rows for a
    model that does not tell its values. Source: Geva et al. 2023 (attention knockout).
    """
    best = _best_heads(model.name, stacks)
    if not best or not model.attention.gives_values:
        return pd.DataFrame(columns=list(COLUMNS))
    trials = Trials(model, [record.pair for record in records])
    asked = [_asked(one, stacks[one.head.stack].items, records, trials) for one in best]
    variants = [(one, kind, removed) for one in asked for kind in OF_EDGES for removed in one.variants]
    off: list[Ablation] = [{one.best.head: kind} for one, kind, _removed in variants]
    removed = [removed for _one, _kind, removed in variants]
    totals = trials.totals(off, removed=removed, passes=lambda more, _of: tell(more))
    without = totals[trials.main].reshape(len(asked), len(OF_EDGES), VARIANTS, len(records))
    weights = _weights(trials, asked)
    table = pd.concat(
        [
            _row(trials, one, units, *of_kind).assign(kind=kind, **weights[one.best])
            for one, of_kinds in zip(asked, without, strict=True)
            for kind, of_kind in zip(OF_EDGES, of_kinds, strict=True)
        ],
        ignore_index=True,
    )
    q = table.groupby("kind")["p"].transform(lambda p: adjusted(p.to_numpy()))
    return table.assign(model=model.name, q=q)[list(COLUMNS)]


def _best_heads(model: str, stacks: Mapping[str, StackItems]) -> list[BestHead]:
    """Of each relation that has items enough. Which head it is hangs on where heads look, not on what follows."""
    rates = rates_table(model, stacks)
    rates = rates[(rates["n"] >= FEWEST_ITEMS) & ~rates["relation"].astype(str).str.endswith(CONTROL)]
    if rates.empty:
        return []
    top = rates.loc[(rates["hits"] / rates["n"]).groupby(rates["relation"], sort=False, observed=True).idxmax()]
    return [
        BestHead(str(row["relation"]), str(row["direction"]), Head.of_row(row), int(row["hits"]), int(row["n"]))
        for _index, row in top.iterrows()
    ]


def _asked(best: BestHead, items: pd.DataFrame, records: Sequence[PairRecord], trials: Trials) -> "_RelationEdges":
    """The relation's edges in every text that counts, as far as it is fed, and all others of the same words. A word
    that may look at no other is left out.
    """
    number = {record.id: text for text, record in enumerate(records)}
    rows = {row.number: row for task in trials.tasks for row in task.rows if trials.counts[trials.main][row.number] > 0}
    own = items[(items["relation"] == best.relation) & (items["direction"] == best.direction)]
    gold, others = dict[int, list[Edge]](), dict[int, list[Edge]]()
    for id_, of_text in own.groupby("id"):
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
"""How often each relation's texts go through the network for each way of taking edges out."""


class _RelationEdges(NamedTuple):
    best: BestHead
    gold: Edges
    others: Edges

    @property
    def variants(self) -> tuple[Removed, ...]:
        """The relation's edges whole, then as much of them as of the others, then as much of the others as of them."""
        return Removed(self.gold), Removed(self.gold, self.others), Removed(self.others, self.gold)


@torch.no_grad()
def _weights(trials: Trials, asked: Sequence[_RelationEdges]) -> dict[BestHead, dict[str, float]]:
    """Mean weight of the relation's edges from a token, and mean of the smaller of theirs and the others'."""
    sums = {one.best: np.zeros(3) for one in asked}
    for task in trials.tasks:
        cells = {
            one.best: [edge_cells(task, one.best.head.stack, edges) for edges in (one.gold, one.others)]
            for one in asked
        }

        def watch(call: Call, cells: Mapping[BestHead, Sequence[torch.Tensor]] = cells) -> None:
            for best, both in cells.items():
                if (best.head.stack, best.head.layer) == (call.stack, call.layer):
                    of_gold = both[0].any(dim=-1)
                    own, other = ((call.pattern[:, best.head.head] * some).sum(dim=-1)[of_gold] for some in both)
                    sums[best] += [len(own), float(own.sum()), float(torch.minimum(own, other).sum())]

        with trials.model.attention.watching(watch):
            outcome(trials.model, task)(trials.model.network, 1)
    with np.errstate(invalid="ignore"):
        return {best: {"edge_weight": own / n, "equal_weight": equal / n} for best, (n, own, equal) in sums.items()}


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
