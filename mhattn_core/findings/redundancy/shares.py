"""How many heads of each model have a redundant partner, beside its random controls."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.quantities import column, quantity
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.runs import Run


@of_run("redundancy")
def redundant_heads(run: Run, *, by: By = "js") -> Finding:
    """The share of each model's heads that have a redundant partner, by each distance."""
    table = run.redundancy
    named = table.assign(distance=[quantity(name).distance_title for name in table["by"]])
    return Finding(
        "redundant_heads",
        sentence(table[table["by"] == by], by),
        table,
        partial(charts.redundant_shares, named),
        _(
            "A dot is a model's share of heads with a redundant partner: another head within a tenth of the distance of "
            "heads with nothing in common. Lines: 95 % intervals over documents where they are known, else over texts; "
            "none under 30. Red ticks: the same on random words."
        )
        + " "
        + column("redundancy", "redundant").explanation,
        int(table["n"].max()),
    )


def sentence(rows: pd.DataFrame, by: By) -> str:
    """The shares of all models by one distance. rows: of that distance, as ``share_table`` gives them."""
    several = rows["model"].duplicated().any()
    parts = []
    for row in rows.to_dict("records"):
        name = f"{row['model']} · {row['stack']}" if several else str(row["model"])
        ends = "" if pd.isna(row["low"]) else f" [{100 * row['low']:.0f}, {100 * row['high']:.0f}]"
        parts.append(
            _("{name} {share:.0%}{ends}, on random words {noise:.0%}").format(
                name=escape(name), share=row["redundant"], ends=ends, noise=row["noise"]
            )
            if pd.notna(row["redundant"])
            else _("{name} unknown").format(name=escape(name))
        )
    return _("Heads with a redundant partner, by {distance}: {shares}.").format(
        distance=escape(quantity(by).distance_title), shares="; ".join(parts)
    )
