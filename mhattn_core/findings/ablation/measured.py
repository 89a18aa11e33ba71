"""Tables of the study of ablation about one model, of a run or of one pair, and their rows of one quantity."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.of_run import RunFinding, opened
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import Quantity, of_family, quantities
from mhattn_core.runs.run import Run


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


@dataclass(frozen=True, eq=False)
class AblationTable:
    """Rows of one table about one model: of ``run``, or else of the pair. pairs: how many they rest on; source, code:
    as of a ``Finding``.
    """

    table: pd.DataFrame
    pairs: int
    source: str
    run: Run | None = None
    code: str = ""

    @classmethod
    def of_run(cls, run: Run, name: str, model: str, source: str) -> "AblationTable":
        """source: of the model, to which the run's id is added."""
        rows = run.table(name, model=model)
        code = f"import mhattn_core as mh\n\nrun = {opened(run)}\nrun.table({name!r}, model={model!r})"
        return cls(rows, int(rows["n"].max()), f"{source} · run {run.id}", run, code)

    @property
    def kind(self) -> str:
        """How heads were switched off; of a table with several ways, the first."""
        return str(self.table["kind"].iloc[0])

    def rows(self, quantity: str, stack: str = "") -> Measured:
        """Those of one quantity, and of one stack where it is given."""
        own = self.table[self.table["quantity"] == quantity]
        own = own[own["stack"] == stack] if stack else own
        asked = f"quantity == {quantity!r}" + (f" and stack == {stack!r}" if stack else "")
        return Measured(own, self.pairs, self.source, self.code and f'{self.code}.query("{asked}")')

    def finding(self, of_run: RunFinding[...], on_pair: Callable[[], Finding], **choices: str) -> Finding:
        """What is said of these rows: of a run by its name, with choices; of the pair as it is made."""
        if self.run is None:
            return on_pair()
        return of_run(self.run, model=str(self.table["model"].iloc[0]), **choices)


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
            _("The run switched off no heads of {model}.").format(model=model or listed(run.models)),
            _("Measure the same pairs with “ablation” under Data."),
        )
    rows = rows[rows["quantity"] == (quantity or quantities_in(rows)[0])]
    for column, value in only.items():
        rows = rows[rows[column] == (value or rows[column].iloc[0])] if len(rows) else rows
    if rows.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=quantity or table),
            _("See its table {table}.parquet.").format(table=table),
        )
    return Measured(rows.reset_index(drop=True), int(rows["n"].max()))
