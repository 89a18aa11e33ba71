"""How many relations have a head of each verdict, over the steps of a training."""

from functools import partial
from typing import get_args

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.overview.heads import SPECIALISTS
from mhattn_core.findings.training.steps import Training, equal_weights, has_training, sentences, training_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.roles.verdicts import Verdict
from mhattn_core.runs.run import Run

STRONGEST_FIRST: tuple[str, ...] = get_args(Verdict)


@of_run("relations", possible=has_training)
def training_verdicts(run: Run, *, series: str = "") -> Finding:
    """At how many relations each checkpoint of a training has a head of each verdict."""
    own = training_of(run, series)
    table = verdict_counts(run, own)
    return Finding(
        "training_verdicts",
        sentences(_sentence(table), equal_weights(own)),
        table,
        partial(charts.training_counts, table.rename(columns={"verdict": "what"}), title=_("relations")),
        _(
            "A line a verdict, a mark a checkpoint. Each relation counts once, by the strongest verdict that one of its "
            "heads has in any direction. Relations that the texts hardly hold stay at *insufficient data*."
        ),
        run.manifest.pairs,
    )


def verdict_counts(run: Run, training: Training) -> pd.DataFrame:
    """step, verdict, relations: how many, 0 included for a verdict that some other checkpoint has."""
    rows = run.relations
    rows = rows[rows["model"].isin(training.steps) & (rows["score"] == "hit")]
    strength = rows["verdict"].map(STRONGEST_FIRST.index)
    best = rows.assign(strength=strength).sort_values("strength").drop_duplicates(["model", "relation"])
    counts = pd.crosstab(best["model"].astype(str), best["verdict"].astype(str))
    there = [verdict for verdict in STRONGEST_FIRST if verdict in counts]
    table = counts.reindex(columns=there).rename_axis("verdict", axis=1).stack().rename("relations").reset_index()
    table["step"] = table["model"].map(training.steps)
    order = table["verdict"].map(STRONGEST_FIRST.index)
    table = table.assign(order=order).sort_values(["order", "step"], ignore_index=True)
    return table[["step", "verdict", "relations"]]


def _sentence(table: pd.DataFrame) -> str:
    strong = table[table["verdict"].isin(SPECIALISTS)].groupby("step")["relations"].sum()
    steps = table.drop_duplicates("step").sort_values("step")["step"]
    strong = strong.reindex(steps, fill_value=0)
    relations = int(table.loc[table["step"] == steps.iloc[0], "relations"].sum())
    first = next((int(step) for step, count in strong.items() if count), None)
    if first is None:
        return _("No checkpoint has a specialist on any of {relations} relations.").format(relations=relations)
    return _(
        "Of {relations} relations **{before}** have a specialist at step {start}, **{after}** at step {end}; the first "
        "one appears at step {first}."
    ).format(
        relations=relations,
        before=int(strong.iloc[0]),
        after=int(strong.iloc[-1]),
        start=int(steps.iloc[0]),
        end=int(steps.iloc[-1]),
        first=first,
    )
