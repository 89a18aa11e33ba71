"""How many heads of each model have a redundant partner, beside its random controls."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import column, quantity
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run


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
            "Lines: 95 % intervals over documents where they are known, else over texts; none under 30, nor where all "
            "replicates agree. Red ticks: the same share on random words."
        )
        + " "
        + column("redundancy", "redundant").explanation,
        int(table["n"].max()),
        draw_narrow=partial(charts.redundant_shares, named, narrow=True),
    )


def sentence(rows: pd.DataFrame, by: By) -> str:
    """The shares of all models by one distance. rows: of that distance, as ``share_table`` gives them."""
    several = rows["model"].duplicated().any()
    trained, controls = [], []
    for row in rows.to_dict("records"):
        name = f"{row['model']} · {row['stack']}" if several else str(row["model"])
        if is_control(row["model"]):
            controls.append(_short(name, row))
        else:
            trained.append(_in_full(name, row))
    message = _("Heads with a redundant partner, by {distance}: {shares}.")
    said = message.format(distance=escape(quantity(by).distance_title), shares=listed(trained or controls, "; "))
    if not trained or not controls:
        return said
    return f"{said} " + _("Random controls: {shares}.").format(shares=listed(controls))


def _in_full(name: str, row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["redundant"]):
        return _("{name} unknown").format(name=escape(name))
    # Where no replicate differs, the interval has no width, which says nothing of what was not drawn.
    unknown = pd.isna(row["low"]) or row["low"] == row["high"]
    ends = "" if unknown else f" [{100 * row['low']:.0f}, {100 * row['high']:.0f}]"
    return _("**{name} {share:.0%}**{ends}, on random words {noise:.0%}").format(
        name=escape(name), share=row["redundant"], ends=ends, noise=row["noise"]
    )


def _short(name: str, row: Mapping[Hashable, Any]) -> str:
    share = _("unknown") if pd.isna(row["redundant"]) else f"{row['redundant']:.0%}"
    return f"{escape(name)} {share}"
