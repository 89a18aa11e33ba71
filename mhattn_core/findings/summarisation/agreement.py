"""Which heads feed a summary's sentence from the segment that is most similar to it."""

from functools import partial

from mhattn_core import charts
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run


@of_run("segments")
def segments(run: Run, *, model: str = "", stack: str = "") -> Finding:
    """Every head's agreement with ROUGE, beside what the first segment and chance would reach."""
    table = run.segments
    rows = of_stack(table[table["model"] == model_of(run, model)], stack, "segments")
    mean = rows.groupby("measure", observed=True)["value"].mean()
    own = rows[rows["measure"] == "agreement"]
    top = own.loc[own["value"].idxmax()]
    return Finding(
        "segments",
        _(
            "{head} agrees with ROUGE for {value:.0%} of the summaries' sentences; the first segment {lead:.0%}, "
            "segments in order {order:.0%}, chance {chance:.0%}."
        ).format(
            head=head_name(top["layer"], top["head"]),
            value=top["value"],
            lead=mean["agreement.lead"],
            order=mean["agreement.order"],
            chance=mean["agreement.shuffled"],
        ),
        rows,
        partial(charts.head_grid, rows, measure="agreement", domain=(0, 1)),
        quantity("agreement").explanation,
        int(rows["n"].max()),
    )
