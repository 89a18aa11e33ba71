"""One detector over all heads of a model, and all detectors over all models of a run."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.detectors.kinds import texts_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run

NAMED = 5
"""Heads that the sentence names."""


@of_run("detectors")
def detector_grid(run: Run, *, model: str = "", stack: str = "", measure: str = "") -> Finding:
    """What one detector says of every head of a model; by default the first that the model has."""
    table = run.table("detectors")
    name = model_of(run, model, table)
    rows = table[table["model"] == name]
    chosen = measure or (str(rows["measure"].iloc[0]) if len(rows) else "")
    own = rows[rows["measure"] == chosen]
    if own.empty:
        raise not_defined(name, stack)
    return of_detector(of_stack(own, stack, chosen))


def not_defined(model: str, stack: str) -> NotAvailable:
    """What is said of a detector that a model does not have."""
    return NotAvailable(
        _("This detector is not defined for “{name}” ({stack}), or had nothing to read.").format(
            name=model, stack=stack
        ),
        _("Induction and copying are asked of models that read from left to right, such as smollm2."),
    )


def of_detector(rows: pd.DataFrame) -> Finding:
    """rows: of ``detectors.parquet``, of one model, stack and detector."""
    measure = str(rows["measure"].iloc[0])
    one, detector = quantity(measure), DETECTORS[measure]
    top = float(rows["value"].max())
    return Finding(
        "detector_grid",
        _sentence(rows),
        rows,
        partial(charts.head_grid, rows, measure=measure, domain=(0.0, max(top, detector.least))),
        one.explanation,
        int(rows["n"].max()),
        of="detectors",
        draw_narrow=strongest_heads(rows, title=one.axis, end="lowest" if detector.lowest else "highest"),
        texts=texts_of(rows),
    )


def _sentence(rows: pd.DataFrame) -> str:
    """How many heads pass, which, and what they had to pass."""
    first, detector = rows.iloc[0], DETECTORS[str(rows["measure"].iloc[0])]
    known = rows.dropna(subset="value").sort_values("value", ascending=detector.lowest, kind="stable")
    passed = known[known["detected"]]
    if not len(passed):
        message = _("**No head of {model}** passes “{title}”; nearest is {named}.")
    elif len(passed) > NAMED:
        message = _("**{detected} of {heads} heads of {model}** pass “{title}”, first {named}.")
    else:
        message = _("**{detected} of {heads} heads of {model}** pass “{title}”: {named}.")
    untold = pd.isna(first["random95"]) and not detector.least
    if untold:
        message = _(
            "Highest in {model} by “{title}”: {named}. Which heads pass is told by random controls, which were not "
            "measured."
        )
    shown = known.head(NAMED) if untold else passed.head(NAMED) if len(passed) else known.head(1)
    said = message.format(
        model=escape(str(first["model"])),
        title=quantity(str(first["measure"])).title,
        detected=len(passed),
        heads=len(known),
        named=listed(
            f"{ModelHead.of_row(row).within.name} {digits(float(row['value']))}" for _at, row in shown.iterrows()
        ),
    )
    return said if untold else f"{said} {_asked(first, detector.least, lowest=detector.lowest)}"


def _asked(row: "pd.Series[object]", least: float, *, lowest: bool) -> str:
    """What a head has to reach."""
    if lowest:
        return _("Criterion: at most {least}.").format(least=digits(least))
    if pd.isna(row["random95"]):
        return _("Criterion: at least {least}; random controls were not measured.").format(least=digits(least))
    controls = {name: digits(float(str(row[f"{name}95"]))) for name in ("random", "shuffled")}
    if not least:
        return _(
            "Criterion: more than the best head of other random ({random}) and shuffled weights ({shuffled}) stays "
            "under at 95 %."
        ).format(**controls)
    return _(
        "Criterion: at least {least}, and more than the best head of other random ({random}) and shuffled weights "
        "({shuffled}) stays under at 95 %."
    ).format(least=digits(least), **controls)


@of_run("detectors")
def detected_heads(run: Run) -> Finding:
    """How many heads of each model each detector finds."""
    table = run.table("detectors")
    rows = counted(table)
    most = rows.loc[rows["share"].idxmax()]
    return Finding(
        "detected_heads",
        _("Most of all heads pass “{title}” in {model} ({stack}): {detected} of {heads}.").format(
            title=most["title"],
            model=escape(str(most["model"])),
            stack=most["stack"],
            detected=most["detected"],
            heads=most["heads"],
        ),
        rows,
        partial(charts.detected_heads, rows),
        _(
            "A cell counts the heads of a model that pass a detector, coloured by their share. Empty: the detector is "
            "not defined for such a model, or had nothing to read. Sinks and heads that write next to nothing are no "
            "roles: such heads may do nothing on these texts."
        ),
        int(table["n"].max()),
        texts=listed(dict.fromkeys(texts_of(own) for _name, own in table.groupby("measure", sort=False))),
    )


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """measure, title, model, stack, detected, heads, share, in the order of the detectors."""
    known = table.dropna(subset="value")
    rows = known.groupby(["measure", "model", "stack"], sort=False, observed=True)["detected"].agg(["sum", "size"])
    rows = rows.reset_index().rename(columns={"sum": "detected", "size": "heads"})
    order = {name: place for place, name in enumerate(DETECTORS)}
    rows = rows.sort_values("measure", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return rows.assign(
        title=[quantity(str(name)).title for name in rows["measure"]], share=rows["detected"] / rows["heads"]
    )
