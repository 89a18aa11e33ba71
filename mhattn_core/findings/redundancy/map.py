"""Heads of several models as points on one map."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from scipy.spatial.distance import cdist

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.redundancy.stack import Redundancy, names
from mhattn_core.findings.value import Finding
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _, listed
from mhattn_core.measures.redundancy.clusters import in_two_dimensions
from mhattn_core.runs.run import Run

IMPORTS = (
    "from mhattn_core.experiments.redundancy.heads import heads_of",
    "from mhattn_core.findings.redundancy.map import map_of_heads, measured_distances",
    "from mhattn_core.measures.redundancy.head_distances import known_distances, pooled",
)


def map_of_heads(
    found: Redundancy, square: pd.DataFrame, chosen: tuple[int, int], source: str = "", written: str = ""
) -> Finding:
    """square: distances of the heads of all models; chosen: numbers of two heads of the stack, circled; source: the
    models, or the run; written: the square in Python.
    """
    points, share = in_two_dimensions(square.to_numpy())
    circled = {tuple(found.here.index[head]): number for number, head in enumerate(chosen, 1)}
    table = square.index.to_frame(index=False).assign(
        name=names(square), x=points[:, 0], y=points[:, 1], chosen=[circled.get(head, 0) for head in square.index]
    )
    return Finding(
        f"map {found.by}",
        escape(
            _(
                "{heads} heads of {models} on one map; its two dimensions show {share:.0%} of how far apart they are."
            ).format(heads=len(table), models=listed(table["model"].unique()), share=share)
        ),
        table,
        partial(charts.head_map, table),
        _over_run() if found.run else _on_pair(),
        found.measured.n,
        source,
        found.code(f"map_of_heads(found, {written}, {chosen}).table", *IMPORTS),
    )


def measured_distances(run: Run, models: Sequence[str], stack: str) -> pd.DataFrame:
    """Mean squared difference of the heads' measures, of those that all of them have, in standard deviations over all
    heads. stack: of each model that has it, else its first.
    """
    rows = run.heads[run.heads["model"].isin(models) & (run.heads["group"] == "")]
    stacks = {name: set(of_model["stack"]) for name, of_model in rows.groupby("model")}
    own = {name: stack if stack in there else min(there) for name, there in stacks.items()}
    rows = rows[(rows["stack"] == rows["model"].map(own)) & ~rows["measure"].str.startswith("pattern.")]
    values = rows.pivot(index=HEAD_COLUMNS, columns="measure", values="value").dropna(axis=1)
    values = ((values - values.mean()) / values.std()).dropna(axis=1)
    return pd.DataFrame(cdist(values, values, "sqeuclidean") / values.shape[1], values.index, values.index)


def _over_run() -> str:
    return " ".join(
        (
            _(
                "Over the run heads of all models are placed by what they measure, each measure in standard deviations over all of them, since different models do not read the same words in the same direction; near is not the same role."
            ),
            _(
                "One mark is one head; near marks measure alike over the run, as far as two dimensions can show it. The directions mean nothing. Circled are the two heads shown below. A model with random weights shows where heads stand that training has taught nothing."
            ),
        )
    )


def _on_pair() -> str:
    return _(
        "One mark is one head; near marks do alike on this pair, as far as two dimensions can show it. The directions mean nothing. Circled are the two heads shown below. A model with random weights shows where heads stand that training has taught nothing."
    )
