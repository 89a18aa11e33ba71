"""Sentences in which a relation can be looked at, and what each head does with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.heads import ModelHead
from mhattn_core.measures.roles.items import unpacked
from mhattn_core.models import Model
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs import Run
from mhattn_core.runs.relations import measure_relations
from mhattn_core.text.annotation import Annotated, annotate
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, find_items
from mhattn_core.ui.resources import HASHES, loaded


@dataclass(frozen=True, eq=False)
class HitExample:
    """A pair with its annotation, and how many of the relation's items one head finds in it."""

    record: PairRecord
    annotated: Annotated
    found: int
    asked: int

    @property
    def words_of_a(self) -> int:
        return len(self.annotated.a.words)

    def items(self, relation: str) -> list[tuple[int, int]]:
        """Dependent and head, counted through A and on through B."""
        found = find_items([self.annotated], [RELATIONS[relation]])
        return list(zip(found.query.tolist(), found.key.tolist(), strict=True))


def examples_of(records: Sequence[PairRecord], relation: str, direction: str, chosen: ModelHead) -> list[HitExample]:
    """The pairs that have items of this relation, in their order."""
    items, annotated = _items(loaded(chosen.model), tuple(record.pair for record in records), chosen.stack)
    rows = items[(items["relation"] == relation) & (items["direction"] == direction)]
    if rows.empty:
        return []
    model = loaded(chosen.model)
    heads = model.attention.heads(chosen.stack)
    hit = unpacked(rows["hits"].tolist(), model.attention.layers(chosen.stack) * heads)[
        :, chosen.layer * heads + chosen.head
    ]
    counts = pd.DataFrame({"place": rows["id"].astype(int), "hit": hit}).groupby("place")["hit"].agg(["sum", "size"])
    return [
        HitExample(records[place], annotated[place], int(row["sum"]), int(row["size"]))
        for place, row in counts.iterrows()
    ]


def written_for(model: str) -> list[PairRecord]:
    """The project's own sentences in the language that a model reads."""
    entry = entries().get(trained_name(model))
    reads = entry.languages if entry else ("en",)
    first = "english" if "en" in reads[:1] or "zh" not in reads else "chinese"
    return example_pairs(first, f"{first}_next")


def kept_in(run: Run) -> list[PairRecord]:
    """The first pairs of a run that keeps sentences; none of another."""
    if "source" not in run.pairs:
        return []
    rows = run.pairs[run.pairs["source"].fillna("") != ""].head(MOST_KEPT)
    return [
        PairRecord(str(row.id), SentencePair(row.source, row.target or ""), place)
        for place, row in enumerate(rows.itertuples())
    ]


MOST_KEPT = 60
"""Pairs of a run that are looked at again, with the model at hand."""


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=HASHES)
def _items(model: Model, pairs: tuple[SentencePair, ...], stack: str) -> tuple[pd.DataFrame, list[Annotated]]:
    """Every head's bits on a few sentences, measured once for all relations; ids count the pairs."""
    records = [PairRecord(str(place), pair, place) for place, pair in enumerate(pairs)]
    annotated = annotate(records)
    kept = measure_relations(model, records, annotated)[stack]
    return kept.items, annotated


def hits_and_misses(examples: Sequence[HitExample]) -> tuple[list[HitExample], list[HitExample]]:
    """Sentences in which all items are found, and those in which one at least is not; short ones first."""
    order = np.argsort(
        [len(example.annotated.a.words) + len(example.annotated.b.words) for example in examples], kind="stable"
    )
    sorted_ = [examples[place] for place in order]
    return [one for one in sorted_ if one.found == one.asked], [one for one in sorted_ if one.found < one.asked]
