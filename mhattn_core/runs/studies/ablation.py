"""What breaks when heads are switched off, one by one, two by two, and many at once."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import OUTPUTS, HeadId, Kind
from mhattn_core.attention.tasks import asked_of
from mhattn_core.experiments.ablation import curves, groups, single_head
from mhattn_core.experiments.ablation.interactions import COLUMNS as INTERACTIONS
from mhattn_core.experiments.ablation.interactions import interactions
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.measures.statistics import bootstrap_weights
from mhattn_core.models import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

# What keeps 270 heads of 30 layers within minutes.
SHORTEST, LONGEST = 4, 10
SENTENCES, FEWER = 200, 30
MOST_INTERACTING, TO_CLUSTER = 8, 20
PRIMARY: Kind = "mean"

TABLES = {
    "ablation": single_head.COLUMNS,
    "interactions": INTERACTIONS,
    "curves": curves.COLUMNS,
    "keep_one": groups.KEEP_ONE,
    "cluster_ablation": groups.CLUSTERS,
}


def sentences_of(model: Model, records: Sequence[PairRecord]) -> list[SentencePair]:
    """At most 200 of a run's, of 4 to 10 words, chosen by a hash of the text; each text once.

    A translator's are pairs, and count both sides; of other models only the first sentence is read, and the second is
    what a model without a language head looks for.
    """
    asked = asked_of(model)
    found: dict[str, SentencePair] = {}
    for record in records:
        pair = record.pair
        sides = [pair.a, pair.b] if asked == "forced" or (asked == "class" and pair.b) else [pair.a]
        if all(SHORTEST <= len(side.words) <= LONGEST for side in sides):
            read = SentencePair(pair.source, source_words=pair.source_words) if asked in ("next", "masked") else pair
            found.setdefault("\n".join(side.text for side in sides), read)
    chosen = sorted(found, key=lambda text: blake2b(text.encode(), person=b"ablation").digest())[:SENTENCES]
    return [found[text] for text in chosen]


def _measure(given: StudyInput) -> Tables:
    model, tell = given.model, given.tell
    pairs = sentences_of(model, given.records)
    refused = Trials(model, pairs).problems
    pairs = [pair for number, pair in enumerate(pairs) if number not in refused]
    if not pairs:
        return {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}
    means = Trials(model, pairs).corpus_means
    trials = Trials(model, pairs, means=means)
    fewer = Trials(model, pairs[:FEWER], means=means)
    weights = _weights(pairs)
    off = single_head.each_off(trials, PRIMARY, tell=tell)
    tables = [single_head.ablation_table(trials, off, PRIMARY, weights)]
    others = [kind for kind in OUTPUTS if kind != PRIMARY and (kind != "uniform" or model.attention.gives_values)]
    tables += [
        single_head.ablation_table(fewer, single_head.each_off(fewer, kind, tell=tell), kind, weights[:, :FEWER])
        for kind in others
    ]
    by_delta = tables[0][tables[0]["quantity"] == trials.main].sort_values("delta", ascending=False, kind="stable")
    by_gradient = by_delta.sort_values("gradient_importance", ascending=False, kind="stable")
    strongest = _ids(by_delta)[:MOST_INTERACTING]
    clusters = groups.clusters_of(model, trials.fed[:TO_CLUSTER])
    return {
        "ablation": pd.concat(tables, ignore_index=True),
        "interactions": interactions(trials, strongest, PRIMARY, weights, tell=tell),
        "curves": curves.fault_curves(fewer, _ids(by_gradient), PRIMARY, tell=tell),
        "keep_one": groups.keep_one(fewer, PRIMARY, weights[:, :FEWER], tell=tell),
        "cluster_ablation": groups.clusters_off(trials, clusters, off, PRIMARY, weights, tell=tell),
    }


def _ids(table: pd.DataFrame) -> list[HeadId]:
    return [(str(row.stack), int(row.layer), int(row.head)) for row in table.itertuples()]


def _weights(pairs: Sequence[SentencePair]) -> np.ndarray:
    return bootstrap_weights([f"{pair.source}\n{pair.target}" for pair in pairs])


def _passes(pairs: int, heads: int) -> int:
    many, few = min(pairs, SENTENCES), min(pairs, FEWER)
    singles = heads * (many + 2 * few)
    two_by_two = MOST_INTERACTING * (MOST_INTERACTING + 1) // 2 * many
    at_once = ((curves.STEPS - 2) * (curves.DRAWS + 1) + 2 + heads) * few
    return singles + two_by_two + at_once


ABLATION = Study(tuple(TABLES), _measure, passes=_passes, factor=0.3)
