"""The checkpoints of one training in a run, and a number of every head at each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.findings.rows import of_stack
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import axis_title, of_family
from mhattn_core.models.checkpoints import Checkpoint, checkpoints
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import RELATIONS, relation_label

RELATION = "relation."
"""Before a relation's name: a head's accuracy on it, in the direction in which any head of any checkpoint is best."""


@dataclass(frozen=True)
class Training:
    """Checkpoints of one series, by step; ``same``: steps whose files hold equal weights, two or more together."""

    series: str
    checkpoints: tuple[Checkpoint, ...]
    same: tuple[tuple[int, ...], ...]

    @property
    def steps(self) -> dict[str, int]:
        """The step of each model."""
        return {one.name: one.step for one in self.checkpoints}

    @property
    def last(self) -> str:
        """The name of the last checkpoint."""
        return self.checkpoints[-1].name


def has_training(run: Run) -> bool:
    """Whether the run holds two checkpoints or more of one training."""
    return bool(checkpoints(run.models))


def training_of(run: Run, series: str = "") -> Training:
    """The series of this name, by default the one with most checkpoints.

    Raises Problem where the run holds no such checkpoints.
    """
    known: dict[str, list[Checkpoint]] = {}
    for one in checkpoints(run.models):
        known.setdefault(one.series, []).append(one)
    chosen = series or max(known, key=lambda name: len(known[name]), default="")
    if chosen not in known:
        raise Problem(
            _("The run has no checkpoints of “{name}”.").format(name=series)
            if series
            else _("The run has no checkpoints of one training."),
            _("Measure a folder of checkpoint-*, or NAME@{step1,step1000}: names in which a step is written."),
        )
    own = known[chosen]
    revisions = dict(run.manifest.models)
    steps: dict[str, list[int]] = {}
    for one in own:
        steps.setdefault(revisions[one.name], []).append(one.step)
    return Training(chosen, tuple(own), tuple(tuple(equal) for equal in steps.values() if len(equal) > 1))


def at_each_step(run: Run, training: Training, measure: str, stack: str) -> pd.DataFrame:
    """A row a head and checkpoint: step, layer, head, value, low, high, n; heads without a value are left out.

    measure: of ``heads.parquet``, or ``relation.`` and the name of a relation. stack: by default the first.
    """
    if measure.startswith(RELATION):
        rows = _accuracies(run, measure.removeprefix(RELATION))
    else:
        rows = run.heads[(run.heads["measure"] == measure) & (run.heads["group"] == "")]
    own = rows[rows["model"].isin(training.steps)].dropna(subset="value")
    own = of_stack(own, stack, title_of_measure(measure))
    if measure.startswith(RELATION):
        own = own[own["direction"] == own.loc[own["value"].idxmax(), "direction"]]
    return own.assign(step=own["model"].map(training.steps)).sort_values(["step", "layer", "head"], ignore_index=True)


def _accuracies(run: Run, relation: str) -> pd.DataFrame:
    if relation not in RELATIONS:
        raise Problem(
            _("“{name}” is no relation.").format(name=relation),
            _("Choose one of: {names}.").format(names=listed(RELATIONS)),
        )
    rates = run.rates[run.rates["relation"] == relation]
    return rates.assign(value=rates["hits"] / rates["n"].where(rates["n"] > 0), low=float("nan"), high=float("nan"))


def pairs_read(run: Run, rows: pd.DataFrame, measure: str) -> int:
    """How many pairs a measure rests on; ``n`` of an accuracy counts places in them."""
    return run.manifest.pairs if measure.startswith(RELATION) else int(rows["n"].max())


def measures_of(run: Run) -> dict[str, str]:
    """What can be followed over steps, by the name that ``at_each_step`` takes: measures, and accuracies on relations."""
    basic = {code: one.title for code, one in of_family("basic").items()}
    if not run.has("rates"):
        return basic
    asked = [name for name in RELATIONS if (run.rates.loc[run.rates["relation"] == name, "n"] > 0).any()]
    return basic | {RELATION + name: title_of_measure(RELATION + name) for name in asked}


def title_of_measure(measure: str) -> str:
    """For an axis, with its unit."""
    if measure.startswith(RELATION):
        name = measure.removeprefix(RELATION)
        return _("accuracy on “{relation}”").format(relation=relation_label(name) if name in RELATIONS else name)
    return axis_title(measure)


def equal_weights(training: Training) -> str:
    """Which steps hold the same weights, if any: nothing was learned between them, or a file was saved twice."""
    said = [
        _("Steps {steps} hold the same weights.").format(steps=_(" and ").join(map(str, steps)))
        for steps in training.same
    ]
    return " ".join(said)


def sentences(*parts: str) -> str:
    """Those that say something, one behind the other."""
    return " ".join(part for part in parts if part)


def spread_over_heads(rows: pd.DataFrame, levels: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9)) -> pd.DataFrame:
    """Of each step the quantiles over heads: step, lowest, lower, median, upper, highest, heads."""
    found = rows.groupby("step")["value"].quantile(list(levels)).unstack()
    found.columns = pd.Index(["lowest", "lower", "median", "upper", "highest"])
    return found.assign(heads=rows.groupby("step").size()).reset_index()
