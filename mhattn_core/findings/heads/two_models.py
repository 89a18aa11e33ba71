"""All that is said of the difference between two models of one architecture, or of one model that is fed in two ways."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from mhattn_core.errors import NotAvailable
from mhattn_core.findings.heads.difference import (
    difference_grid,
    difference_scatter,
    differences,
    on_pair,
    one_against_other,
    sides,
)
from mhattn_core.findings.heads.region_difference import region_difference, region_difference_on_pair
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.difference import difference
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.runs.run import Run

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


class TwoModels(NamedTuple):
    """One measure head by head, as a grid and as marks, and where attention moves between regions; of a run that did not
    measure regions without that.
    """

    grid: Finding
    scatter: Finding
    regions: Finding | None


def offered_measures(*runs: Run) -> dict[str, Quantity]:
    """The basic measures, and the shares of regions where all of the runs have them."""
    regions = of_family("regions") if runs else {}
    return of_family("basic") | {
        code: one for code, one in regions.items() if all((run.heads["measure"] == code).any() for run in runs)
    }


def in_run(run: Run, before: str, after: str, stack: str, measure: str) -> TwoModels:
    """Over a run. Raises Problem where it has no value of the measure."""
    whose = {"before": before, "after": after, "stack": stack}
    return TwoModels(
        difference_grid(run, **whose, measure=measure),
        difference_scatter(run, **whose, measure=measure),
        region_difference(run, **whose) if region_difference.given_by(run) else None,
    )


def on_one_pair(
    results: "Sequence[AttentionResult]", heads: Sequence[pd.DataFrame], stack: str, measure: str
) -> TwoModels:
    """On one pair. heads: of each result its ``heads_table``. Raises Problem where there is no value of the measure."""
    before, after = results
    name_a, name_b = sides(results)
    table = difference(*heads).assign(model_a=name_a, model_b=name_b)
    rows = table[(table["stack"] == stack) & (table["measure"] == measure)]
    if rows["value"].isna().all():
        raise NotAvailable(
            _("There is no value of this measure here."), _("Choose a longer sentence, or another measure.")
        )
    grid, scatter = (on_pair(make(rows, measure), results, stack, measure) for make in (differences, one_against_other))
    return TwoModels(grid, scatter, region_difference_on_pair(before, after, stack))
