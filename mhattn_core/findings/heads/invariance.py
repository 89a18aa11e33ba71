"""Which heads attend as before when their text is perturbed, over many pairs."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.quantities import quantity
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run

INVARIANCE = "invariance"


def perturbation_titles() -> dict[str, str]:
    """What was done to the text."""
    return {
        "edit": _("my own edit"),
        "mask": _("one word masked"),
        "replace": _("words replaced from a list"),
        "shuffle": _("words shuffled"),
        "swap": _("A and B swapped"),
    }


@of_run("invariance")
def invariance(run: Run, *, models: Sequence[str] = (), stack: str = "") -> Finding:
    """How far the heads of all models attend as before when the text is perturbed, one way below another."""
    rows = of_stack(_measured(run, models_of(run, models)), stack, INVARIANCE).reset_index(drop=True)
    reading = _(
        "One tick is one head, the diamond the median. 1: the same weights on the same words. A head that looks "
        "everywhere alike is invariant whatever is written: weights drawn at random nearly are, so compare the trained "
        "weights shuffled too (@shuffled), which do not look everywhere alike."
    )
    draw = partial(charts.perturbations, rows, titles=perturbation_titles())
    return Finding("invariance", _sentence(rows), rows, draw, reading, int(rows["n"].max()), of="invariance")


@of_run("invariance")
def invariance_grid(run: Run, *, model: str = "", stack: str = "", perturbation: str = "") -> Finding:
    """How far each head of one model attends as before when the text is perturbed in one way."""
    rows = _of_one(_measured(run, [model_of(run, model)]), stack, perturbation)
    drawn = rows.assign(measure=INVARIANCE, value=rows[INVARIANCE])
    return Finding(
        "invariance_grid",
        _sentence(rows),
        rows,
        partial(charts.head_grid, drawn, measure=INVARIANCE, domain=(0.0, 1.0)),
        quantity(INVARIANCE).explanation,
        int(rows["n"].max()),
        of="invariance",
        draw_narrow=strongest_heads(drawn, title=quantity(INVARIANCE).axis, end="lowest"),
    )


def _measured(run: Run, models: Sequence[str]) -> pd.DataFrame:
    table = run.table("invariance")
    table = table[table["model"].isin(models)].dropna(subset=INVARIANCE)
    if table.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=INVARIANCE),
            _("See its table {table}.parquet.").format(table=INVARIANCE),
        )
    return table


def _of_one(table: pd.DataFrame, stack: str, perturbation: str) -> pd.DataFrame:
    """Rows of one perturbation, by default the first that there is."""
    known = list(dict.fromkeys(table["perturbation"]))
    if perturbation and perturbation not in known:
        raise Problem(
            _("Nothing was perturbed so here: “{name}”.").format(name=perturbation),
            _(
                "There is: {known}. A word is masked where a model has a mask token, A and B are swapped where it reads "
                "both in one sequence, and words are replaced from a list (--synonyms)."
            ).format(known=listed(known)),
        )
    rows = table[table["perturbation"] == (perturbation or known[0])]
    return of_stack(rows, stack, INVARIANCE).reset_index(drop=True)


def _sentence(rows: pd.DataFrame) -> str:
    """The median head of each model in each way, and the head that changes most."""
    # A random control has no head to point at, unless nothing else is shown.
    trained = rows[[not is_control(str(model)) for model in rows["model"]]]
    least = (rows if trained.empty else trained).sort_values(INVARIANCE).iloc[0]
    titles = perturbation_titles()
    medians = [
        stated(
            titles[str(way)],
            listed(
                f"{escape(str(model))} {digits(value)}"
                for model, value in of_way.groupby("model", sort=False, observed=True)[INVARIANCE].median().items()
            ),
        )
        for way, of_way in rows.groupby("perturbation", sort=False, observed=True)
    ]
    interval = ""
    if pd.notna(least["low"]):
        interval = _(" (95 % interval {low} to {high})").format(low=digits(least["low"]), high=digits(least["high"]))
    return _(
        "Invariance of the median head: {medians}. Most changed is {head}, {perturbation}: {value}{interval}."
    ).format(
        medians=listed(medians, "; "),
        head=escape(ModelHead.of_row(least).name),
        perturbation=titles[str(least["perturbation"])],
        value=digits(float(least[INVARIANCE])),
        interval=interval,
    )
