"""The best head of every relation on one axis, with what it has to beat."""

from collections.abc import Sequence
from functools import partial

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.text.relations import relation_label


@of_run("relations")
def best_heads(
    run: Run, *, models: Sequence[str] = (), stack: str = "", direction: str = "dependent_to_head"
) -> Finding:
    """A line a relation and model: the best head, held out."""
    table = run.relations
    asked = (table["score"] == "hit") & (table["direction"] == direction) & table["model"].isin(models_of(run, models))
    scored = table[asked].dropna(subset="held_out")
    rows = of_stack(scored, stack, "relations").sort_values("gain", ascending=False)
    top = rows.iloc[0]
    return Finding(
        "best_heads",
        _("Largest gain: {relation} in {head}, right for {held_out:.0%} of {n:,} held-out words.").format(
            relation=escape(relation_label(top["relation"])),
            head=escape(ModelHead.of_row(top).name),
            held_out=top["held_out"],
            n=top["n"],
        ),
        rows,
        partial(charts.best_heads, rows, {name: relation_label(name) for name in rows["relation"].unique()}),
        _(
            "The mark is the best head, chosen on half of the sentences and reported on the other half, 50 times; the "
            "line is the 95 % interval of its gain over the best fixed offset, which is the grey bar; the red tick is "
            "what random weights reach. Filled: a verdict in its favour. n: words asked."
        ),
        run.manifest.pairs,
    )
