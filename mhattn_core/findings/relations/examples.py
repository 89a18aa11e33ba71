"""Sentences in which a relation can be looked at: how many of its items one head finds in each, and where it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, ModelHead
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.roles.arcs import looks
from mhattn_core.measures.roles.items import unpacked
from mhattn_core.measures.roles.links import Direction
from mhattn_core.measures.roles.table import StackItems
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs.run import Run
from mhattn_core.text.annotation import Annotated
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, find_items

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

LONGEST_LABEL = 70
MOST_KEPT = 60
"""Pairs of a run that are looked at again, with the model at hand."""


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

    @property
    def label(self) -> str:
        """How many are found, and the text, cut where it is long."""
        text = f"{self.record.pair.source} {self.record.pair.target}".strip()
        short = text if len(text) <= LONGEST_LABEL else text[:LONGEST_LABEL] + " …"
        return f"{self.found}/{self.asked} · {short}"

    def items(self, relation: str) -> list[tuple[int, int]]:
        """Dependent and head, counted through A and on through B."""
        items = find_items([self.annotated], [RELATIONS[relation]])
        return list(zip(items.query.tolist(), items.key.tolist(), strict=True))


def hit_examples(
    kept: StackItems,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relation: str,
    direction: str,
    head: Head,
) -> list[HitExample]:
    """The pairs that have items of this relation, in their order. kept: measured on records whose ids count them."""
    rows = kept.items[(kept.items["relation"] == relation) & (kept.items["direction"] == direction)]
    if rows.empty:
        return []
    hit = unpacked(rows["hits"].tolist(), kept.size)[:, kept.number(head.layer, head.head)]
    counts = pd.DataFrame({"number": rows["id"].astype(int), "hit": hit}).groupby("number")["hit"].agg(["sum", "size"])
    return [
        HitExample(records[number], annotated[number], int(row["sum"]), int(row["size"]))
        for number, row in counts.iterrows()
    ]


def hits_and_misses(examples: Sequence[HitExample]) -> tuple[list[HitExample], list[HitExample]]:
    """Sentences in which all items are found, and those in which one at least is not; short ones first."""
    words = [len(example.annotated.tags) for example in examples]
    in_order = [examples[number] for number in np.argsort(words, kind="stable")]
    return [one for one in in_order if one.found == one.asked], [one for one in in_order if one.found < one.asked]


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
        PairRecord(str(row.id), SentencePair(row.source, row.target or ""), number)
        for number, row in enumerate(rows.itertuples())
    ]


def relation_arcs(
    result: "AttentionResult", chosen: ModelHead, example: HitExample, relation: str, direction: str
) -> Finding:
    """Where one head looks on one sentence, against where the relation says that it should. result: of the example's
    pair. The chosen head's stack is not ``cross``.
    """
    grid = result.words(chosen.stack)
    items = example.items(relation)
    table = looks(grid, chosen.layer, chosen.head, items, cast(Direction, direction), words_of_a=example.words_of_a)
    words = list(grid.queries)
    asked = f"{chosen.layer}, {chosen.head}, {items!r}, {direction!r}, words_of_a={example.words_of_a}"
    return Finding(
        "relation_arcs",
        escape(stated(chosen.name, _links_words(words, table))),
        table,
        lambda **_on_screen: charts.arcs(words, table),
        _("Arcs lead from the word that looks to the word that it looks at most; wrong ones hang below."),
        1,
        source_of(result),
        code_of(
            result,
            f"looks(seen.words({chosen.stack!r}), {asked})",
            "from mhattn_core.measures.roles.arcs import looks",
        ),
    )


def _links_words(words: Sequence[str], table: pd.DataFrame) -> str:
    """Which links are found and which are missed, in a sentence."""
    arrows = {
        kind: listed(
            f"{words[row.query_position]} → {words[row.key_position]}"
            for row in table[table["kind"] == kind].itertuples()
        )
        for kind in ("right", "missed", "wrong")
    }
    messages = {
        "right": _("It finds {links}."),
        "missed": _("It misses {links}."),
        "wrong": _("It looks at {links} instead."),
    }
    return " ".join(messages[kind].format(links=links) for kind, links in arrows.items() if links)
