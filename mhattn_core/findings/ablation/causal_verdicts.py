"""Whether the heads that find the best-known relations by where they look are those that carry them, all in one table."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.findings.ablation.finder import Finder, finder_of
from mhattn_core.findings.ablation.patched import (
    HEAD,
    INTERVENTIONS,
    contrast_label,
    intervened,
    intervention_names,
    minimal_pairs_of,
    of_head,
    of_relation,
    patched_relations,
)
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.quantities import column
from mhattn_core.runs.run import Run

CODES = {"output": "patching", "mean": "ablation", "knockout": "knockout"}
NUMBERS = ("recovery", "low", "high", "q")
EDGES = ("specific", "specific_low", "specific_high", "specific_q", "specific_n")
"""What the relation's edges in a head are worth over the run's texts, in the unit of the model's loss."""


class _Relation(NamedTuple):
    """``rows``: interventions of all heads; ``carrier``: the head of which patching moves the answer most towards that
    of the bad opening.
    """

    label: str
    rows: pd.DataFrame
    carrier: Head
    finder: Finder | None

    def of(self, head: Head) -> pd.DataFrame:
        """Rows of one head by kind."""
        return of_head(self.rows, head).set_index("kind")

    def name(self, head: Head) -> str:
        return head.full_name if self.rows["stack"].nunique() > 1 else head.name

    @property
    def finds_what_it_carries(self) -> bool:
        return self.finder is not None and self.finder.head == self.carrier


@of_run("patching")
def causal_verdicts(run: Run, *, model: str = "") -> Finding:
    """Of each relation the head that carries most, and whether the head that finds it by where it looks carries any."""
    name = str(of_relation(run, model, "")["model"].iloc[0])
    relations = [_relation(run, name, relation) for relation in patched_relations(run, name)]
    edges = _edges(run, name)
    drawn = pd.concat([_drawn(one) for one in relations], ignore_index=True)
    names = intervention_names()
    every = pd.concat([one.rows for one in relations], ignore_index=True)
    return Finding(
        "causal_verdicts",
        escape(_sentence(name, relations)),
        _table(run, relations, edges),
        partial(
            charts.interventions,
            drawn.assign(intervention=drawn["kind"].map(names)),
            names=[names[kind] for kind in INTERVENTIONS],
            title=column("patching", "recovery").axis,
        ),
        _(
            "Of each relation the head that carries most and the one that finds it most often by where it looks. A mark "
            "says how far the answer after the good opening moves towards that after the bad one, with its 95 % "
            "interval: 1 is the whole way. Patching puts in what the head gives after the bad opening, ablation its "
            "mean, knockout takes out its weights from the position that answers to the changed words. The table has "
            "all heads, how often each finds the relation, and where the run has it, what its edges are worth against "
            "others of equal weight."
        )
        + " "
        + _(
            "A causal model answers before it has read the word asked for, so a head that looks from that word to "
            "another cannot yet act there."
        ),
        int(every["n"].max()),
        texts=minimal_pairs_of(every),
    )


def _relation(run: Run, model: str, relation: str) -> _Relation:
    rows = intervened(of_relation(run, model, relation))
    moved, finder = rows[rows["kind"] == "output"], finder_of(run, model, relation)
    if finder and of_head(moved, finder.head).empty:
        finder = None  # not patched
    return _Relation(contrast_label(relation), rows, Head.of_row(moved.loc[moved["recovery"].idxmax()]), finder)


def _edges(run: Run, model: str) -> pd.DataFrame:
    """What is known of edges at equal weight, by relation and head."""
    if not run.has("knockouts"):
        return pd.DataFrame(columns=["relation", *HEAD, *EDGES])
    table = run.table("knockouts", model=model, kind="knockout").rename(columns={"q": "specific_q", "n": "specific_n"})
    return table.dropna(subset=["specific"]).drop_duplicates(["relation", *HEAD])


def _sentence(model: str, relations: Sequence[_Relation]) -> str:
    looked_for = [one for one in relations if one.finder]
    first = _(
        "{model}: in {same} of {all} relations the head that finds the relation most often by where it looks is the one "
        "that carries most of the difference by patching."
    ).format(model=model, same=sum(one.finds_what_it_carries for one in looked_for), all=len(looked_for))
    return " ".join((first if looked_for else f"{model}:", *map(_of_relation, relations)))


def _of_relation(one: _Relation) -> str:
    share = _share(one.of(one.carrier).loc["output"])
    if one.finder is None:
        message = _("{relation}: {head} carries {share}.")
    elif one.finds_what_it_carries:
        message = _("{relation}: {head}, which finds it, carries {share}.")
    else:
        message = _("{relation}: {head} carries {share}; {finder}, which finds it, carries {part}.")
    return message.format(
        relation=one.label,
        head=one.name(one.carrier),
        share=share,
        finder=one.name(one.finder.head) if one.finder else "",
        part=_share(one.of(one.finder.head).loc["output"]) if one.finder else "",
    )


def _share(row: "pd.Series[Any]") -> str:
    return "{} [{}, {}]".format(*(digits(row[name]) for name in NUMBERS[:3]))


def _drawn(one: _Relation) -> pd.DataFrame:
    heads = [one.carrier, *([one.finder.head] if one.finder else [])]
    parts = [one.of(head).reset_index().assign(name=f"{one.label} · {one.name(head)}") for head in dict.fromkeys(heads)]
    return pd.concat(parts, ignore_index=True)


def _table(run: Run, relations: Sequence[_Relation], edges: pd.DataFrame) -> pd.DataFrame:
    """A row a relation and head, those that carry most first: where it looks, the interventions side by side, and what
    its edges are worth over the run's texts.
    """
    tables = []
    for one in relations:
        rows = one.rows.assign(kind=one.rows["kind"].map(CODES))
        wide = rows.pivot(index=["model", "relation", *HEAD], columns="kind", values=list(NUMBERS))
        wide.columns = pd.Index([kind if name == "recovery" else f"{kind}_{name}" for name, kind in wide.columns])
        tables.append(wide.sort_values("patching", ascending=False).reset_index())
    table = pd.concat(tables, ignore_index=True).merge(_rates(run), how="left", on=["model", "relation", *HEAD])
    return table.merge(edges[["relation", *HEAD, *EDGES]], how="left", on=["relation", *HEAD])


def _rates(run: Run) -> pd.DataFrame:
    """How often each head is right on a relation in the direction in which it is best, 0 to 1."""
    if not run.has("rates"):
        return pd.DataFrame(columns=["model", "relation", *HEAD, "looks"])
    rates = run.table("rates")
    shares = rates.assign(looks=rates["hits"] / rates["n"])
    return shares.groupby(["model", "relation", *HEAD], observed=True)["looks"].max().reset_index()
