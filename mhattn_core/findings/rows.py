"""Which rows of a run's tables a finding is about."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.locale import _, listed
from mhattn_core.runs.run import Run


def model_of(run: Run, model: str, rows: pd.DataFrame | None = None) -> str:
    """The model that is asked for, by default the run's first, or the first of a table that may not have all of them.
    Raises Problem for one that the run does not have.
    """
    if model:
        return models_of(run, [model])[0]
    return run.models[0] if rows is None or rows.empty else str(rows["model"].iloc[0])


def models_of(run: Run, models: Sequence[str]) -> list[str]:
    """The models that are asked for, by default all of the run's. Raises Problem for one that the run does not have."""
    for model in models:
        if model not in run.models:
            raise Problem(
                _("The run has no model “{name}”.").format(name=model),
                _("It has: {models}.").format(models=listed(run.models)),
            )
    return list(models or run.models)


def of_stack(rows: pd.DataFrame, stack: str, what: str) -> pd.DataFrame:
    """Rows of one stack a model: the one that is asked for, and of a model without it (an encoder has no
    cross-attention), as by default, its first.

    what: the rows are of, for the Problem that is raised where no model has the stack.
    """
    of_models = rows.groupby("model", observed=True)["stack"]
    has_it = of_models.transform(lambda stacks: (stacks == stack).any()).astype(bool)
    chosen = rows[rows["stack"] == of_models.transform("first").mask(has_it, stack)]
    if chosen.empty or (stack and not has_it.any()):
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=what),
            _("See its table heads.parquet for the measures and stacks that it has."),
        )
    return chosen
