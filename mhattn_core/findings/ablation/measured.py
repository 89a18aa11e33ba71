"""Rows of one table of the study of ablation, about one model and one quantity: of a run, or of one pair."""

from dataclasses import dataclass

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.findings.rows import models_of
from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity, of_family, quantities
from mhattn_core.runs import Run


@dataclass(frozen=True, eq=False)
class Measured:
    """``rows`` of one model and quantity; ``pairs`` that they rest on; ``source`` and ``code``: as of a ``Finding``."""

    rows: pd.DataFrame
    pairs: int
    source: str = ""
    code: str = ""

    @property
    def model(self) -> str:
        return str(self.rows["model"].iloc[0])

    @property
    def quantity(self) -> Quantity:
        return quantities()[str(self.rows["quantity"].iloc[0])]

    @property
    def is_pair(self) -> bool:
        """Whether it is an example, without intervals."""
        return self.pairs == 1


def quantities_in(rows: pd.DataFrame) -> list[str]:
    """The quantities that a table has, the model's loss first."""
    return [name for name in of_family("ablation") if (rows["quantity"] == name).any()]


def of_table(run: Run, table: str, *, model: str = "", quantity: str = "", **only: str) -> Measured:
    """The rows of a run, by default of the first model and quantity that it has, and of the first of each of ``only``.

    Raises Problem where there are none.
    """
    rows = run.table(table)
    for name in (model, *models_of(run, [model] if model else [])):
        if (rows["model"] == name).any():
            rows = rows[rows["model"] == name]
            break
    else:
        raise Problem(
            _("The run switched off no heads of {model}.").format(model=model or ", ".join(run.models)),
            _("Measure the same pairs with “ablation” under Data."),
        )
    rows = rows[rows["quantity"] == (quantity or quantities_in(rows)[0])]
    for column, value in only.items():
        rows = rows[rows[column] == (value or rows[column].iloc[0])] if len(rows) else rows
    if rows.empty:
        raise Problem(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=quantity or table),
            _("See its table {table}.parquet.").format(table=table),
        )
    return Measured(rows.reset_index(drop=True), int(rows["n"].max()))
