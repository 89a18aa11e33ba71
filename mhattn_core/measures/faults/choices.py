"""Whether a model still prefers what grammar allows, with a head off: the causal half of a head's role."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Kind, Means
from mhattn_core.attention.choices import choices
from mhattn_core.attention.variants import Variant, Variants
from mhattn_core.measures.faults.effects import effects
from mhattn_core.measures.faults.trials import BATCH, heads_of
from mhattn_core.measures.statistics import bootstrap_weights
from mhattn_core.models import Model
from mhattn_core.text.minimal_pairs import MinimalPair

COLUMNS = ("model", "relation", "stack", "layer", "head", "kind", "intact", "ablated", "delta", "low", "high", "p95", "hurts", "n")


def minimal_pairs_table(
    model: Model,
    pairs: Sequence[MinimalPair],
    kind: Kind,
    means: Means | None = None,
    *,
    tell: Callable[[int], object] = lambda _pairs: None,
) -> pd.DataFrame:
    """Rows of ``minimal_pairs.parquet``: accuracy with all heads and without each one; delta is what is lost, with its interval.

    p95: 95th percentile of delta over all heads of the model, for the relation; ``hurts``: above it. Accuracy: share of pairs whose good word is
    likelier than the bad one. No rows for a model without a language head, or a translator.
    """
    heads = heads_of(model)
    variants: list[Variant] = [{}, *({head: kind} for head in heads)]
    run = Variants(model)
    wrong, asked = np.zeros((len(variants), len(pairs))), np.zeros(len(pairs))
    for batch in choices(model, pairs, tokens=BATCH):
        found = run(batch.task, variants, means).numpy()
        wrong[:, batch.numbers] = found[:, batch.rows, batch.good] >= found[:, batch.rows, batch.bad]
        asked[batch.numbers] = 1
        tell(len(variants) * len(batch.task.rows))
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for relation in dict.fromkeys(pair.relation for pair in pairs):
        here = [place for place, pair in enumerate(pairs) if pair.relation == relation and asked[place]]
        if here:
            weights = bootstrap_weights([pairs[place].opening for place in here])
            lost = effects(wrong[1:, here], wrong[0, here], asked[here], weights)
            table = pd.DataFrame(heads, columns=["stack", "layer", "head"]).join(lost)
            table = table.assign(model=model.name, relation=relation, kind=kind, intact=1 - table["intact"], ablated=1 - table["ablated"])
            table["p95"] = table["delta"].quantile(0.95)
            tables.append(table.assign(hurts=table["delta"] > table["p95"])[list(COLUMNS)])
    return pd.concat(tables[1:] or tables, ignore_index=True)
