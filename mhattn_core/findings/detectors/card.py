"""What every detector says of one head."""

from functools import partial

from mhattn_core import charts
from mhattn_core.findings.card.chosen import rows_of
from mhattn_core.findings.detectors.kinds import kinds_of, texts_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run


@of_run("detectors")
def head_detectors(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """What every detector says of one head, beside what random controls reach."""
    table = run.table("detectors", model=model) if model else run.table("detectors")
    own = rows_of(run, table, "detectors", model=model, stack=stack, head=head).dropna(subset="value")
    one = ModelHead.of_row(own.iloc[0])
    rows = own.assign(title=[quantity(str(name)).title for name in own["measure"]])
    rows["beyond"] = rows[["random95", "shuffled95"]].max(axis=1)
    kinds = kinds_of(run, one)
    said = _("**{head}** is called: {kinds}.") if kinds else _("**{head}** is of no kind that the detectors know.")
    return Finding(
        "head_detectors",
        said.format(head=escape(one.name), kinds=kinds),
        rows[["measure", "value", "low", "high", "random95", "shuffled95", "detected", "n"]],
        partial(charts.detector_bars, rows, model=one.model),
        _(
            "Bars: the head's value, filled where it passes; ticks: what the best head of other random or shuffled "
            "weights stays under at 95 %. What a head writes is told beside an even share, which is 1."
        ),
        int(rows["n"].max()),
        texts=listed(dict.fromkeys(texts_of(part) for _name, part in rows.groupby("measure", sort=False))),
    )
