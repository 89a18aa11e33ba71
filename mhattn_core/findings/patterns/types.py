"""The type of every head's pattern, and the share of each type by layer."""

from collections.abc import Callable

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.runs.run import Run


@of_run("patterns")
def type_grid(run: Run, *, model: str = "", stack: str = "") -> Finding:
    """A cell a head of one model and stack, coloured by the type of its pattern."""
    return _types(run, model, stack, charts.type_grid)


@of_run("patterns")
def type_shares(run: Run, *, model: str = "", stack: str = "") -> Finding:
    """A bar a layer of one model and stack: which share of its heads has which type."""
    return _types(run, model, stack, charts.type_shares)


def _types(run: Run, model: str, stack: str, draw: Callable[..., alt.TopLevelMixin]) -> Finding:
    patterns = run.patterns
    rows = of_stack(patterns[patterns["model"] == model_of(run, model)], stack, "patterns")
    return Finding(
        "types",
        counts(rows),
        rows,
        lambda **on_screen: draw(rows, **on_screen),
        _(
            "Each cell is a head, named by the part of its weight that leads clearly: sink (special tokens), vertical "
            "(a column of words), diagonal (the word itself, or one offset), uniform (all alike), sparse (what "
            "depends on the words), block (within sentences). Where none leads it is heterogeneous. Sentences of fewer "
            "than eight words do not vote."
        ),
        int(rows["n"].max()),
    )


def counts(rows: pd.DataFrame) -> str:
    """How many heads of each model have which type."""
    names = charts.type_names()
    parts = []
    for model, own in rows.groupby("model", sort=False, observed=True):
        of_type = own["type"].value_counts()
        types = listed(f"{of_type[type_]} {name}" for type_, name in names.items() if type_ in of_type)
        parts.append(_("{model}: {heads} heads, {types}").format(model=escape(str(model)), heads=len(own), types=types))
    return _("{counts}. Of a heterogeneous head no part of the weight leads.").format(counts=listed(parts, "; "))
