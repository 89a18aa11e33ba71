"""Whether redundant heads are safe to lose: what each head costs, against its distance to the nearest other one."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.ablation.measured import Measured
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_pair import code_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name, head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.head_distances import By

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

SHARE_OF_WORST = 0.1


def cost_and_nearness(
    measured: Measured, square: pd.DataFrame, by: By, *, stack: str, written: tuple[str, ...] = ()
) -> Finding:
    """measured: of ``ablation.parquet``, of one stack and quantity; square: distances of its heads; written: Python that
    gives the square, line by line, behind that of the rows.
    """
    rows = measured.rows
    table = beside_nearest(rows, square)
    splits = float(table["x"].median()), SHARE_OF_WORST * float(table["y"].max())
    of_cost = quantity(str(rows["quantity"].iloc[0])).change_axis
    axes = _("distance to the nearest other head · {title}").format(title=quantity(by).distance_axis), of_cost
    return Finding(
        f"{measured.model} {stack} cost against redundancy",
        escape(sentence(table, splits)),
        shown(table, splits),
        partial(charts.head_scatter, table, x=axes[0], y=axes[1], splits=splits, corners=corners()),
        _(
            "One mark is one head, off alone. The lines part the heads at the median distance and at a tenth of the greatest cost; the four names say what each part would mean. A head far left has another one near it by this distance; far down, little is lost without it. Being similar is not the same as being replaceable."
        ),
        measured.pairs,
        measured.source,
        _code(measured, by, stack, written),
        draw_narrow=strongest_heads(table.assign(value=table["y"]), title=of_cost),
    )


def _code(measured: Measured, by: By, stack: str, written: tuple[str, ...]) -> str:
    if not measured.code:
        return ""
    *of_rows, rows = measured.code.splitlines()
    *of_square, square = written or ("",)
    return "\n".join(
        (
            *of_rows,
            "from mhattn_core.findings.ablation.measured import Measured",
            "from mhattn_core.findings.redundancy.cost import cost_and_nearness",
            *of_square,
            f"measured = Measured({rows}, {measured.pairs})",
            f"cost_and_nearness(measured, {square}, {by!r}, stack={stack!r}).table",
        )
    )


def distances_on_pair(seen: "AttentionResult", stack: str, by: By) -> tuple[str, ...]:
    """Python that gives the distances of a stack on the pair, line by line."""
    code = code_of(
        seen,
        f"known_distances(heads_of(seen, {stack!r}, by={by!r}), by={by!r})",
        "from mhattn_core.experiments.redundancy.heads import heads_of",
        "from mhattn_core.measures.redundancy.head_distances import known_distances",
    )
    return tuple(code.splitlines())


def corners() -> dict[tuple[bool, bool], str]:
    """What each part of the picture would mean, by whether a head is far from others, and costly."""
    return {
        (False, False): _("similar to another, little effect"),
        (True, False): _("unlike others, little effect"),
        (False, True): _("similar to another, large effect"),
        (True, True): _("unlike others, large effect"),
    }


def beside_nearest(rows: pd.DataFrame, square: pd.DataFrame) -> pd.DataFrame:
    """rows, of one stack, with x (distance to the nearest other head), nearest (its name) and y (delta); heads without
    a distance left out.

    square: distances, indexed by heads, of which layer and head come last.
    """
    apart, names = square.to_numpy().copy(), pd.Index([head_name(*head[-2:]) for head in square.index])
    np.fill_diagonal(apart, np.inf)
    near = pd.DataFrame({"name": names, "x": apart.min(axis=1), "nearest": names[apart.argmin(axis=1)]})
    named = rows.assign(name=head_names(rows), y=rows["delta"])
    return named.merge(near, on="name")


def sentence(table: pd.DataFrame, splits: tuple[float, float]) -> str:
    """Whether heads with another one near them cost less, and how many of these are costly all the same."""
    if min(table["x"].nunique(), table["y"].nunique()) < 2:
        return _("All heads are equally far from their nearest, or cost the same: there is nothing to compare.")
    relation = float(table["x"].corr(table["y"], method="spearman"))
    near, costly = table["x"] < splits[0], table["y"] > splits[1]
    message = _(
        "Rank correlation of a head's distance to its nearest other head with its ablation effect: {relation:+.2f} (Spearman; 0 is no relation)."
    ).format(relation=relation)
    exceptions = table[near & costly].nlargest(3, "y")["name"].tolist()
    if exceptions:
        return (
            message
            + " "
            + _(
                "{count} of the {near} heads that are nearest to another are costly all the same, first of all {names}."
            ).format(
                count=int((near & costly).sum()),
                near=int(near.sum()),
                names=listed(exceptions),
            )
        )
    return (
        message
        + " "
        + _("None of the {near} heads that are nearest to another is costly.").format(near=int(near.sum()))
    )


def shown(table: pd.DataFrame, splits: tuple[float, float]) -> pd.DataFrame:
    """The table with each head's part, the costliest first."""
    names = corners()
    parts = [names[x >= splits[0], y > splits[1]] for x, y in zip(table["x"], table["y"], strict=True)]
    return table.assign(part=parts)[["name", "x", "nearest", "y", "part"]].sort_values("y", ascending=False)
