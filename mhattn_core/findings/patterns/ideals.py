"""The note's four ideal patterns, and the real heads that come nearest to each."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.attention.tables import matrix_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.patterns.ideals import nearest_to_ideals
from mhattn_core.runs.run import Run
from mhattn_core.text.claims import matrices


@of_run("patterns")
def nearest_to_ideal(run: Run, *, ideal: str = "diagonal", models: Sequence[str] = (), stack: str = "") -> Finding:
    """One of the note's four matrices, and the head of each model that has most of what it shows.

    A model of which the run cannot tell has a row without a head.
    """
    patterns = run.patterns
    rows = of_stack(patterns[patterns["model"].isin(models_of(run, models))], stack, "patterns")
    heads = run.heads
    stacks = rows[["model", "stack"]].drop_duplicates()
    heads = heads[heads["group"] == ""].merge(stacks)
    nearest = nearest_to_ideals(heads, rows)
    own = nearest[nearest["ideal"] == ideal].reset_index(drop=True)
    note = matrices()[ideal]
    return Finding(
        "nearest_to_ideal",
        _nearest(own, ideal),
        stacks.assign(ideal=ideal).merge(own, how="left").astype({"layer": "Int64", "head": "Int64"}),
        partial(charts.matrix, matrix_table(note.weights, note.queries, note.keys)),
        _counted(ideal)
        + " "
        + _(
            "The matrix was invented to explain the idea (section {number} of the note); no model was measured."
        ).format(number=note.section),
        int(rows["n"].max()),
    )


def _counted(ideal: str) -> str:
    """What is counted, and of what range."""
    return {
        "diagonal": _("Counted: the part of the weight on the word itself and at fixed offsets, 0 to 1."),
        "block": _(
            "Counted: the weight within sentences over what the same distances get between sentences; 1 means no "
            "difference."
        ),
        "sparse": _("Counted: the part of the weight that depends on the words, and not on their position, 0 to 1."),
        "uniform": _("Counted: the part of the weight that all words get alike, 0 to 1."),
    }[ideal]


def _nearest(own: pd.DataFrame, ideal: str) -> str:
    """How near each model's head comes, and whether it is called so."""
    if own.empty and ideal == "block":
        return _(
            "This run cannot tell: all of its texts are single sentences, and there are no blocks. Choose a run of "
            "pairs under Data."
        )
    if own.empty:
        return _("This run was measured before weights were taken apart into these parts; measure its pairs again.")
    names = charts.type_names()
    return " ".join(
        (
            _("Nearest in {model} is {head} with {number:.2f}, from {asked} on it is called {type}.")
            if row.number >= row.asked
            else _("No head of {model} is {type}: {head} comes nearest with {number:.2f}, and {asked} is asked for.")
        ).format(
            model=escape(str(row.model)),
            head=head_name(row.layer, row.head),
            number=row.number,
            asked=row.asked,
            type=names[ideal],
        )
        for row in own.itertuples()
    )
