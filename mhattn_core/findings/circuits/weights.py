"""Whether heads copy, and which heads read what others write, by their weights alone."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title
from mhattn_core.runs.run import Run

COPYING, COMPOSITION = "circuits.copying", "composition.composition"
LISTED = 15


@of_run("circuits")
def copying_heads(run: Run, *, model: str = "") -> Finding:
    """Which heads raise the score of the very token that they look at, by the eigenvalues of their OV circuits."""
    rows = _of_a_model(run, model)
    low, high = rows["random_low"].iloc[0], rows["random_high"].iloc[0]
    top = rows.loc[rows["copying"].idxmax()]
    drawn = rows.assign(measure=COPYING, value=rows["copying"])
    title = axis_title(COPYING)
    said = _(
        "{model}: {copies} of {heads} heads copy what they look at, more than by chance (score above {high}), "
        "{against} do the opposite beyond chance. Highest: {head} with {score}."
    ).format(
        model=top["model"],
        copies=int((rows["copying"] > high).sum()),
        heads=int(rows["copying"].notna().sum()),
        high=digits(high),
        against=int((rows["copying"] < low).sum()),
        head=Head.of_row(top).name,
        score=digits(top["copying"]),
    )
    return Finding(
        "copying_heads",
        escape(said),
        rows.drop(columns=["reason"]),
        partial(charts.head_grid, drawn, measure=COPYING, title=title, domain=(-1.0, 1.0), difference=True),
        _(
            "1: whatever token the head looks at becomes more likely; −1: less likely; near 0: neither. By chance, when what the head writes is rotated at random, 95 % of heads lie from {low} to {high}. It is the "
            "direct path from embedding to prediction alone: in a high layer the stream holds much else. It does not depend on the "
            "basis of the head's dimensions. No text is read."
        ).format(low=digits(low), high=digits(high)),
        0,
        draw_narrow=strongest_heads(drawn.assign(low=float("nan"), high=float("nan")), title=title),
    )


@of_run("composition")
def composed_heads(run: Run, *, model: str = "", kind: str = "key") -> Finding:
    """Which heads read most of what a head of an earlier layer writes: with their queries, keys or values (kind)."""
    _of_a_model(run, model)
    table = run.table("composition")
    own = table[(table["model"] == (model or table["model"].iloc[0])) & (table["kind"] == kind)]
    rows = own.sort_values("composition", ascending=False, ignore_index=True).head(LISTED)
    if rows.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=kind),
            _("See its table {table}.parquet.").format(table="composition"),
        )
    first, top = head_names(rows, "_a"), rows.iloc[0]
    named = rows.assign(name=first + " → " + head_names(rows, "_b"), bar_low=float("nan"), bar_high=float("nan"))
    names = [_("what it writes rotated at random"), _("as it is")]
    said = _(
        "{model}: of all {kinds}, those of {reader} read most of what an earlier head writes: {score} of {writer}, where "
        "rotated at random the most would be {random} (on the average {expected})."
    ).format(
        model=top["model"],
        kinds={"query": _("queries"), "key": _("keys"), "value": _("values")}[kind],
        reader=head_names(rows, "_b").iloc[0],
        writer=first.iloc[0],
        score=digits(top["composition"]),
        random=digits(top["random"]),
        expected=digits(top["expected"]),
    )
    return Finding(
        "composed_heads",
        escape(said),
        rows,
        partial(
            charts.composition,
            named,
            names=names,
            title=axis_title(COMPOSITION),
        ),
        _(
            "A row is the head that writes and the later head that reads. Dot: the composition score, 0 to 1. Ring: the "
            "greatest that the reader has with any earlier head when what they write is rotated at random, so that the "
            "choice of the best is in it. A score of weights says that one could read the other, not that it does so in "
            "a text. It does not depend on the basis of dimensions, of the heads or of the stream."
        ),
        0,
    )


def _of_a_model(run: Run, model: str) -> pd.DataFrame:
    """Rows of ``circuits.parquet`` of the model, by default of the first that has scores. Raises Problem, with the
    reason, where there are none.
    """
    table = run.table("circuits")
    known = table.dropna(subset=["copying"])
    for name in models_of(run, [model] if model else []):
        if (known["model"] == name).any():
            return table[table["model"] == name].reset_index(drop=True)
    own = table[table["model"] == model] if model else table
    reasons = own["reason"].dropna()
    raise Problem(
        str(reasons.iloc[0]) if len(reasons) else _("The run has no circuits of {model}.").format(model=model),
        _("Choose a model that normalises before its layers and predicts words, such as smollm2."),
    )
