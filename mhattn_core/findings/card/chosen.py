"""Which head a finding of one head is about, and its rows in a run's table."""

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.heads import Head, ModelHead
from mhattn_core.locale import _
from mhattn_core.runs.run import Run


def rows_of(run: Run, table: pd.DataFrame, what: str, *, model: str, stack: str, head: str) -> pd.DataFrame:
    """Rows of one head: of the model that is asked for, else the first of the table; of the stack, else its first; of
    the head, else the first.

    what: the rows are of, for the Problem that is raised where there are none.
    """
    asked = model_of(run, model, table)
    if not (table["model"] == asked).any():
        raise not_measured(what, asked)
    rows = of_stack(table[table["model"] == asked], stack, what)
    chosen = Head.parse(head, str(rows["stack"].iloc[0])) if head else Head.of_row(rows.iloc[0])
    own = rows[(rows["layer"] == chosen.layer) & (rows["head"] == chosen.head)]
    if own.empty:
        raise no_head(ModelHead(asked, *chosen))
    return own.reset_index(drop=True)


def cards_of(run: Run, model: str) -> pd.DataFrame:
    """The cards of a model, of all where none is named; those of many models are large."""
    return run.table("cards", model=model) if model else run.table("cards")


def not_measured(what: str, model: str) -> Problem:
    """What is said of a model that is not in a table."""
    return Problem(
        _("This run did not measure {what} of “{model}”.").format(what=what, model=model),
        _("Measure its pairs again with it: see --measures, or “Measures” on the page Data."),
    )


def no_head(head: ModelHead) -> Problem:
    """What is said of a head that is not in a table."""
    return Problem(
        _("The run has no head {head} of this stack.").format(head=head.name),
        _("Layers and heads count from 0; `overview` lists all."),
    )
