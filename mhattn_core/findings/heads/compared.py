"""Heads of several models side by side, measured on one pair or over a run: where the numbers come from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core.errors import NotAvailable
from mhattn_core.findings.detectors.kinds import texts_of
from mhattn_core.findings.of_pair import literal, loading
from mhattn_core.findings.of_run import opened
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.models.precision import precision_of
from mhattn_core.runs.run import Run

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

HEADS_TABLE = "from mhattn_core.experiments.heads_table import heads_table"


@dataclass(frozen=True)
class ModelHeads:
    """One stack of a model. result: of a pair, an example where there is a run. heads: the stack's rows of
    ``heads_table``, or of the run's table.
    """

    result: "AttentionResult"
    stack: str
    heads: pd.DataFrame
    run: Run | None = None

    @property
    def name(self) -> str:
        return self.result.model.name

    @property
    def source(self) -> str:
        """The model with its revision, and the run, for files that leave the dashboard."""
        run = f" · run {self.run.id}" if self.run else ""
        return f"{self.name}@{self.result.model.revision}{run}"

    def of(self, measure: str) -> pd.DataFrame:
        """The rows of one measure."""
        return self.heads[self.heads["measure"] == measure]


def with_origin(finding: Finding, models: Sequence[ModelHeads], measure: str) -> Finding:
    """A finding about one measure of these models, with its source, and with code that gives the same rows."""
    of_models = " or ".join(f"(model == {one.name!r} and stack == {one.stack!r})" for one in models)
    query = f"({of_models}) and measure == {measure!r} and group == ''"
    run = models[0].run
    if run is None:
        code = code_on_pair(models, query)
    elif measure in DETECTORS:
        code = code_in(run, query.removesuffix(" and group == ''"), table="run.table('detectors')")
    else:
        code = code_in(run, query)
    texts = texts_of(finding.table) if measure in DETECTORS else ""
    return replace(finding, source=" · ".join(one.source for one in models), code=code, texts=texts)


def code_in(run: Run, query: str, *, table: str = "run.heads") -> str:
    """Python for rows of a run's heads, or of another of its tables."""
    return "\n".join(("import mhattn_core as mh", "", f"run = {opened(run)}", f"{table}.query({query!r})"))


def measures_of(run: Run | None) -> dict[str, Quantity]:
    """What heads can be compared by: the basic measures, and the detectors of a run that has them."""
    found = of_family("detectors") if run is not None and run.has("detectors") else {}
    return of_family("basic") | {name: one for name, one in found.items() if name in DETECTORS}


def code_on_pair(models: Sequence[ModelHeads], query: str) -> str:
    """Python that measures the heads of the models on the pair that they read."""
    load = loading("name", precision_of(models[0].result.model.revision))
    return "\n".join(
        (
            "import pandas as pd",
            "",
            "import mhattn_core as mh",
            HEADS_TABLE,
            "",
            f"pair = {literal(models[0].result.pair)}",
            f"names = {[one.name for one in models]!r}",
            f"heads = pd.concat([heads_table(mh.attend({load}, pair)) for name in names], ignore_index=True)",
            f"heads.query({query!r})",
        )
    )


def heads_in(run: Run, model: str) -> pd.DataFrame:
    """A model's heads over all pairs of a run, with what detectors say of them."""
    if model not in run.models:
        raise NotAvailable(
            _("The chosen run did not measure {name}.").format(name=model),
            _("Choose one of its models: {models}. Or measure the same pairs with {name} under “Data”.").format(
                models=listed(run.models), name=model
            ),
        )
    heads = run.heads[(run.heads["model"] == model) & (run.heads["group"] == "")]
    if not run.has("detectors"):
        return heads
    detected = run.table("detectors", model=model).assign(group="")
    return pd.concat([heads, detected.reindex(columns=list(heads.columns))], ignore_index=True)
