"""All heads of all chosen models as points on one map."""

import pandas as pd
import streamlit as st
from scipy.spatial.distance import cdist

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.clusters import in_two_dimensions
from mhattn_core.measures.redundancy.head_distances import By, Heads, distances, pooled
from mhattn_core.runs import Run
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import draw
from mhattn_core.ui.redundancy.data import Redundancy, heads, names

FEWEST = 3


def map_view(found: Redundancy, chosen: tuple[int, int], controls: Controls) -> None:
    """The tab *map*: on a pair every stack of the chosen models that stands on the same words under the same mask; over
    a run all, by their measures.
    """
    if found.run:
        square, sources = _by_measures(found.run, found, controls)
    else:
        parts, sources = _comparable(found, controls)
        square = _distances(pooled(parts), found.by)
    if len(square) < FEWEST:
        st.info(_("A map needs three heads or more: add a model in the sidebar."))
        return
    points, share = in_two_dimensions(square.to_numpy())
    circled = {tuple(found.here.index[place]): number for number, place in enumerate(chosen, 1)}
    table = square.index.to_frame(index=False).assign(
        name=names(square), x=points[:, 0], y=points[:, 1], chosen=[circled.get(head, 0) for head in square.index]
    )
    said = _(
        "{heads} heads of {models} on one map; its two dimensions show {share:.0%} of how far apart they are."
    ).format(heads=len(table), models=", ".join(table["model"].unique()), share=share)
    st.markdown(escape(said))
    draw(charts.head_map(table), key="map", alt_text=said)
    if found.run:
        st.caption(
            _(
                "Over the run heads of all models are placed by what they measure, each measure in standard deviations over all of them, since different models do not read the same words in the same direction; near is not the same role."
            )
        )
    st.caption(
        _(
            "One mark is one head; near marks measure alike over the run, as far as two dimensions can show it. The directions mean nothing. Circled are the two heads shown below. A model with random weights shows where heads stand that training has taught nothing."
        )
        if found.run
        else _(
            "One mark is one head; near marks do alike on this pair, as far as two dimensions can show it. The directions mean nothing. Circled are the two heads shown below. A model with random weights shows where heads stand that training has taught nothing."
        )
    )
    export_panel(lambda: charts.head_map(table), table, key="map", name=f"map {found.by}", note=" · ".join(sources))


def _by_measures(run: Run, found: Redundancy, controls: Controls) -> tuple[pd.DataFrame, list[str]]:
    """Mean squared difference of the heads' measures, of those that all of them have, in standard deviations over all
    heads.
    """
    models = [name for name in controls.models if name in run.models]
    for name in controls.models:
        if name not in models:
            st.info(_("{name} is not on the map: the run did not measure it.").format(name=escape(name)))
    rows = run.heads[run.heads["model"].isin(models) & (run.heads["group"] == "")]
    stacks = {name: set(of_model["stack"]) for name, of_model in rows.groupby("model")}
    own = {name: found.stack if found.stack in there else min(there) for name, there in stacks.items()}
    rows = rows[(rows["stack"] == rows["model"].map(own)) & ~rows["measure"].str.startswith("pattern.")]
    values = rows.pivot(index=HEAD_COLUMNS, columns="measure", values="value").dropna(axis=1)
    values = ((values - values.mean()) / values.std()).dropna(axis=1)
    square = pd.DataFrame(cdist(values, values, "sqeuclidean") / values.shape[1], values.index, values.index)
    return square, [f"run {run.id}"]


def _comparable(found: Redundancy, controls: Controls) -> tuple[list[Heads], list[str]]:
    """The stacks that can be compared with the one on the page, itself first, and their models with revision; the
    others are named with the reason.
    """
    parts, sources = [], []
    own = heads(found.seen, found.stack, found.by)
    left_out = False
    for name in controls.models:
        try:
            seen = attended_with_progress(name, controls)
            fitting = [part for part in (heads(seen, stack, found.by) for stack in seen.stacks) if part.fits(own)]
        except Problem as problem:
            st.info(escape(f"{name}: {problem.happened}"))
            continue
        # Of several stacks the one of the same name: an encoder with an encoder.
        fitting.sort(key=lambda part: part.index[0][1] != found.stack)
        if not fitting:
            left_out = True
            st.info(
                _(
                    "{name} is not on the map: its heads look at other words, or it reads in another direction, and then nearness means nothing."
                ).format(name=escape(name))
            )
            continue
        parts.append(fitting[0])
        sources.append(f"{name}@{seen.model.revision}")
    if left_out:
        st.caption(
            _(
                "Over a run the heads of all models stand on one map, by what they measure: choose one as evidence in the sidebar."
            )
        )
    return parts, sources


@st.cache_data(max_entries=12, show_spinner=False, hash_funcs={Heads: lambda one: (tuple(one.index), one.arrays)})
def _distances(together: Heads, by: By) -> pd.DataFrame:
    """Of all heads whose distances to all others are known."""
    square = distances(together, by=by)
    known = square.isna().sum() < len(square) - 1
    return square.loc[known, known]
