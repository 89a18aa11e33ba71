"""Which share of a network's heads is a specialist, redundant, or already what it will be, over the steps of a
training.
"""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.overview.heads import SPECIALISTS
from mhattn_core.findings.training.steps import (
    Training,
    equal_weights,
    has_training,
    sentences,
    training_of,
)
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.runs.run import Run

TABLES = ("relations", "redundancy", "matches")
SHARED = "shared role"


def has_shares(run: Run) -> bool:
    """Whether the run measured any of the shares of a training's checkpoints."""
    return has_training(run) and any(run.has(table) for table in TABLES)


@of_run("heads", possible=has_shares)
def training_shares(run: Run, *, series: str = "") -> Finding:
    """Which share of the heads are specialists, have a redundant partner, and match the last checkpoint's, by step."""
    own = training_of(run, series)
    heads = run.attending[run.attending["model"].isin(own.steps)].groupby("model", observed=True).size()
    parts = [part for part in (_specialists(run, own, heads), _redundant(run, own), _matched(run, own)) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["what", "step", "value"])
    table = table.sort_values(["what", "step"], ignore_index=True)
    return Finding(
        "training_shares",
        sentences(_sentence(table), equal_weights(own)),
        table,
        partial(charts.training_shares, table),
        _(
            "A line a question, a mark a checkpoint. Specialists: heads that do more on a relation than position and word "
            "class tell. Redundant: another head attends nearly alike (JS). Matched: heads with a counterpart in the last "
            "checkpoint whose profile is nearer than chance gives (*shared role*)."
        ),
        run.manifest.pairs,
    )


def _specialists(run: Run, training: Training, heads: "pd.Series[int]") -> pd.DataFrame:
    if not run.has("relations"):
        return _rows(_("specialists"), {})
    rows = run.relations
    rows = rows[rows["model"].isin(training.steps) & rows["verdict"].isin(SPECIALISTS)]
    found = rows.drop_duplicates(["model", "stack", "layer", "head"]).groupby("model", observed=True).size()
    shares = {name: float(found.get(name, 0)) / float(heads[name]) for name in training.steps if name in heads}
    return _rows(_("specialists"), {training.steps[name]: share for name, share in shares.items()})


def _redundant(run: Run, training: Training) -> pd.DataFrame:
    if not run.has("redundancy"):
        return _rows(_("redundant"), {})
    rows = run.redundancy
    rows = rows[rows["model"].isin(training.steps) & (rows["by"] == "js")].dropna(subset="redundant")
    weighted = (rows["redundant"] * rows["heads"]).groupby(rows["model"]).sum() / rows.groupby("model")["heads"].sum()
    return _rows(_("redundant"), {training.steps[str(name)]: float(share) for name, share in weighted.items()})


def _matched(run: Run, training: Training) -> pd.DataFrame:
    """Of each earlier checkpoint, the heads that have their counterpart in the last."""
    shares: dict[int, float] = {}
    if run.has("matches"):
        rows = run.matches[run.matches["by"] == "profile"]
        for name, step in training.steps.items():
            ends = {(name, training.last), (training.last, name)}
            of_two = [ends_of in ends for ends_of in zip(rows["model_a"], rows["model_b"], strict=True)]
            if name != training.last and any(of_two):
                shares[step] = float((rows.loc[of_two, "verdict"] == SHARED).mean())
    return _rows(_("matched with the last"), shares)


def _rows(what: str, shares: dict[int, float]) -> pd.DataFrame:
    return pd.DataFrame({"what": what, "step": list(shares), "value": list(shares.values())})


def _sentence(table: pd.DataFrame) -> str:
    said = []
    for what, rows in table.groupby("what", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        said.append(
            _("{what} **{before:.0%}** at step {first}, **{after:.0%}** at step {last}").format(
                what=what,
                before=first["value"],
                after=last["value"],
                first=int(first["step"]),
                last=int(last["step"]),
            )
        )
    return _("Of the heads are {shares}.").format(shares=listed(said, "; ")) if said else ""
