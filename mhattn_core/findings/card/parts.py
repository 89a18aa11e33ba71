"""Where one head's weight goes, in parts that sum to one, and the type of its pattern."""

from functools import partial

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.card.chosen import rows_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.patterns.types import PARTS
from mhattn_core.measures.quantities import title_of
from mhattn_core.runs.run import Run


@of_run("patterns")
def head_parts(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """Where one head's weight goes: special tokens, all words alike, positions, columns, content; and its type."""
    own = rows_of(run, run.patterns, "patterns", model=model, stack=stack, head=head)
    known = [name for name in PARTS if name in own and own[name].notna().any()]
    if not known:
        raise Problem(
            _("This run was measured before weights were taken apart into these parts; measure its pairs again."), ""
        )
    one, row = ModelHead.of_row(own.iloc[0]), own.iloc[0]
    largest = max(known, key=lambda name: float(row[name]))
    return Finding(
        "head_parts",
        _("Pattern of **{head}**: {type}; the largest part of its weight, {share:.0%}: {part}.").format(
            head=escape(one.name),
            type=charts.type_names()[str(row["type"])],
            part=title_of(largest),
            share=row[largest],
        ),
        own[["type", "offset", "evidence", *known, "n"]],
        partial(charts.weight_parts, own),
        _(
            "The parts sum to 1. A weight counts for an offset or a column as far as the other words' weights there "
            "predict it, corrected for chance; what is left is content: it depends on which words meet."
        ),
        int(row["n"]),
    )
