"""Which heads attend as before when their text is perturbed, over many pairs."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
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


@of_run("invariance", possible=lambda run: len(run.table("invariance")) > 0)
def invariance(run: Run, *, models: Sequence[str] = (), stack: str = "", perturbation: str = "") -> Finding:
    """How far the heads of all models attend as before when the text is perturbed in one way."""
    rows = _rows(run, models_of(run, models), stack, perturbation)
    reading = _(
        "One mark is one head; in each line the first layers stand above and the last below. The grey box holds the "
        "middle half of the heads, its line is the median. 1: the same weights on the same words. A head that looks "
        "everywhere alike is invariant whatever is written, so compare random weights, which are nearly so."
    )
    draw = partial(charts.distributions, rows, title=quantity(INVARIANCE).axis)
    return Finding("invariance", _sentence(rows), _table(rows), draw, reading, int(rows["n"].max()), of="invariance")


@of_run("invariance", possible=lambda run: len(run.table("invariance")) > 0)
def invariance_grid(run: Run, *, model: str = "", stack: str = "", perturbation: str = "") -> Finding:
    """How far each head of one model attends as before when the text is perturbed in one way."""
    rows = _rows(run, [model_of(run, model)], stack, perturbation)
    return Finding(
        "invariance_grid",
        _sentence(rows),
        _table(rows),
        partial(charts.head_grid, rows, measure=INVARIANCE, domain=(0.0, 1.0)),
        quantity(INVARIANCE).explanation,
        int(rows["n"].max()),
        of="invariance",
        draw_narrow=strongest_heads(rows, title=quantity(INVARIANCE).axis, end="lowest"),
    )


def _rows(run: Run, models: Sequence[str], stack: str, perturbation: str) -> pd.DataFrame:
    """Of one perturbation, by default the first that there is, as rows of one measure."""
    table = run.table("invariance")
    table = table[table["model"].isin(models)]
    known = list(dict.fromkeys(table["perturbation"]))
    if not known or (perturbation and perturbation not in known):
        raise Problem(
            _("Nothing was perturbed so here: “{name}”.").format(name=perturbation or INVARIANCE),
            _(
                "There is: {known}. A word is masked where a model has a mask token, A and B are swapped where it reads "
                "both in one sequence, and words are replaced from a list (--synonyms)."
            ).format(known=listed(known)),
        )
    rows = of_stack(table[table["perturbation"] == (perturbation or known[0])], stack, INVARIANCE)
    return rows.assign(measure=INVARIANCE, value=rows[INVARIANCE]).reset_index(drop=True)


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """As the run holds it."""
    return rows.drop(columns=["measure", "value"])


def _sentence(rows: pd.DataFrame) -> str:
    """The median head of each model, and the head that changes most."""
    known = rows.dropna(subset="value")
    if known.empty:
        raise Problem(_("No head here has a value of “{measure}”.").format(measure=quantity(INVARIANCE).title), "")
    # A random control has no head to point at, unless nothing else is shown.
    trained = known[[not is_control(str(model)) for model in known["model"]]]
    least = (known if trained.empty else trained).sort_values("value").iloc[0]
    medians = known.groupby("model", sort=False, observed=True)["value"].median()
    interval = ""
    if pd.notna(least["low"]):
        interval = _(" (95 % interval {low} to {high})").format(low=digits(least["low"]), high=digits(least["high"]))
    return _(
        "Invariance, {perturbation}; the median head: {medians}. Most changed is {head} with {value}{interval}."
    ).format(
        perturbation=perturbation_titles()[str(rows["perturbation"].iloc[0])],
        medians=listed(f"{escape(str(name))} {digits(value)}" for name, value in medians.items()),
        head=escape(ModelHead.of_row(least).name),
        value=digits(float(least["value"])),
        interval=interval,
    )
