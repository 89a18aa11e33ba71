"""What all heads of a stack give in the mean, beside the other models of the run."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import with_minus
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.probes.heads import nothing_read, pairs_of
from mhattn_core.findings.probes.sentences import label, model_sentence
from mhattn_core.findings.rows import model_of, models_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.runs.run import Run


@of_run("probe_means")
def probes_across_models(
    run: Run, *, models: list[str] | None = None, vector: str = "key", task: str = "pos"
) -> Finding:
    """One question put to one kind of vector of every model, in the mean over its heads."""
    means = run.table("probe_means")
    rows = means[(means["vector"] == vector) & (means["task"] == task)]
    rows = rows[rows["model"].isin(models_of(run, models or []))].reset_index(drop=True)
    if rows.empty:
        raise nothing_read(vector, task)
    shown = rows.assign(name=rows["model"] + " · " + rows["stack"])
    best, asked = shown.loc[shown["accuracy"].idxmax()], label(vector, task)
    said = _(
        "{label}: most is read from {name}, {accuracy:.0%} in the mean over its heads [{low:.0%}, {high:.0%}], "
        "{gain:.0f} points above its control task."
    ).format(
        label=asked[:1].upper() + asked[1:],
        name=best["name"],
        accuracy=best["accuracy"],
        low=best["low"],
        high=best["high"],
        gain=100 * best["gain"],
    )
    return Finding(
        "probes_across_models",
        escape(said),
        rows,
        partial(charts.probes, shown),
        _(
            "Means over the heads of each model. What a class is read from is a direction, and nothing makes it lie "
            "along one dimension: Q and K, as V and W_O, can be turned together without changing the model. So across "
            "models only whole subspaces are compared, never a dimension with another model's. Vectors of more "
            "dimensions give a rule more to read from."
        ),
        pairs_of(run),
    )


def stack_sentence(run: Run, *, model: str = "", stack: str = "", vector: str = "key", task: str = "pos") -> str:
    """What all heads of one stack give in the mean, against everything that knows less. Raises KeyError where it was
    not asked.
    """
    said = model_sentence(model_of(run, model), mean_of(run, model, stack).loc[(vector, task)])
    return escape(with_minus(said))


def mean_of(run: Run, model: str, stack: str) -> pd.DataFrame:
    """Rows of ``probe_means.parquet`` of one stack, by vector and task."""
    means = run.table("probe_means")
    own = means[(means["model"] == model) & (means["stack"] == stack)]
    return own.set_index(["vector", "task"], drop=False)
