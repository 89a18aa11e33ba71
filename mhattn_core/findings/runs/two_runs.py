"""One model over two runs: does what its heads do hold on other sentences?"""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import opened, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.difference import KEYS
from mhattn_core.measures.quantities import axis_title
from mhattn_core.runs.run import Run


def two_runs(
    first: Run, second: Run, *, model: str, stack: str, measure: str, names: tuple[str, str] = ("", "")
) -> Finding:
    """A mark a head, its value in one run across and in the other up. names: of the runs, by default their ids.

    Raises Problem where no head has a value in both.
    """
    table = in_both(first, second, model, measure)
    rows = table[table["stack"] == stack]
    if rows.empty:
        raise Problem(
            _("No head of {model} has a value of this measure in both runs.").format(model=model),
            _("Choose another measure."),
        )
    rows = rows.assign(model_a=names[0] or first.id, model_b=names[1] or second.id)
    return Finding(
        f"{model} {stack} {measure} two runs",
        _sentence(rows, model),
        rows,
        partial(charts.before_after, rows, title=axis_title(measure)),
        _(
            "One mark is one head; on the broken line both runs give the same. The pairs of the two runs are not the "
            "same, so no head has an interval of the difference; where the intervals of both runs do not meet, the "
            "head does something else on these sentences."
        ),
        int(rows[["n_a", "n_b"]].min(axis=1).max()),
        f"{source_of(first)} · {source_of(second)}",
        "\n".join(
            (
                "import mhattn_core as mh",
                "from mhattn_core.findings.runs.two_runs import two_runs",
                "",
                f"first = {opened(first)}",
                f"second = {opened(second)}",
                f"names = {names!r}",
                f"two_runs(first, second, model={model!r}, stack={stack!r}, measure={measure!r}, names=names).table",
            )
        ),
    )


def in_both(first: Run, second: Run, model: str, measure: str) -> pd.DataFrame:
    """One measure of one model in two runs, over all pairs of each, a row a head that has a value in both: as
    ``measures.difference``, and apart (whether the two intervals do not meet).
    """
    a, b = (_rows(run, model, measure) for run in (first, second))
    table = a.merge(b, on=KEYS, suffixes=("_a", "_b"), validate="one_to_one").dropna(subset=["value_a", "value_b"])
    apart = (table["low_a"] > table["high_b"]) | (table["low_b"] > table["high_a"])
    table = table.assign(a=table["value_a"], b=table["value_b"], apart=apart)
    return table.assign(value=table["b"] - table["a"], low=float("nan"), high=float("nan"))


def _sentence(rows: pd.DataFrame, model: str) -> str:
    """How alike two runs order the heads, and how many heads differ beyond their intervals."""
    order = rows["a"].corr(rows["b"], method="spearman")
    return _(
        "Both runs order the heads of {model} with a rank correlation of {order:.2f}; of {heads} heads, {apart} have "
        "intervals that do not meet."
    ).format(model=escape(model), order=order, heads=len(rows), apart=int(rows["apart"].sum()))


def _rows(run: Run, model: str, measure: str) -> pd.DataFrame:
    heads = run.heads
    return heads[(heads["model"] == model) & (heads["measure"] == measure) & (heads["group"] == "")]
