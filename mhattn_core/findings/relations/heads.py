"""Every head of one model on one relation: a layer × head grid."""

from functools import partial

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.relations.rows import rates_of, relation_rows, stacks_of, usual_direction
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.roles.verdicts import rule_words
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import relation_label


@of_run("relations")
def relation_heads(
    run: Run, *, model: str = "", stack: str = "", direction: str = "", relation: str = "", most: float = 0.0
) -> Finding:
    """A cell a head: its share of right answers on one relation.

    relation: by default the one with the greatest gain. most: where the colours end, by default at the best head.
    """
    name = model_of(run, model)
    chosen = [(name, stack or next(iter(stacks_of(run, name)), ""))]
    asked = direction or usual_direction(run, chosen)
    judged = relation_rows(run, chosen, asked).rows.dropna(subset="held_out")
    rows = judged[judged["relation"] == relation] if relation else judged
    if rows.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=relation or "relations"),
            _("Choose another family, direction or model."),
        )
    best = rows.iloc[0]
    table = rates_of(run, *chosen[0], best["relation"], asked).assign(measure="hit", low=np.nan, high=np.nan)
    end = most or float(table["value"].max()) or 1.0
    top = table.loc[table["value"].idxmax()]
    return Finding(
        "relation_heads",
        _(
            "{relation}: {head} is right most often, {value:.0%}; the best fixed offset ({offset:+d}) gets "
            "{baseline:.0%}, {rule} {class_rule}. n {n:,}"
        ).format(
            relation=escape(relation_label(best["relation"])),
            head=escape(head_name(top["layer"], top["head"], model=name)),
            value=top["value"],
            offset=int(best["offset"]),
            baseline=best["baseline"],
            rule=rule_words(best),
            class_rule=_("not measured") if np.isnan(best["class_rule"]) else f"{best['class_rule']:.0%}",
            n=top["n"],
        ),
        table,
        partial(charts.head_grid, table, measure="hit", title=_("right answers"), domain=(0.0, end)),
        _(
            "Share of right answers of each head over all items; framed is the head that is open. These numbers "
            "include the sentences that chose the best head, so they are a little higher than the held-out ones."
        ),
        run.manifest.pairs,
        draw_narrow=partial(_strongest, table, end),
    )


def _strongest(table: pd.DataFrame, most: float, **_on_screen: object) -> alt.TopLevelMixin:
    pick = alt.selection_point(name=charts.PICKED, fields=["layer", "head"], on="click", clear=False)
    return charts.strongest(table, title=_("right answers"), most=most).add_params(pick)
