"""All heads of all chosen models as points on one map."""

import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.redundancy.map import map_of_heads, measured_distances
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.locale import _, stated
from mhattn_core.measures.redundancy.head_distances import Heads, known_distances, pooled
from mhattn_core.runs.run import Run
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.redundancy.data import heads
from mhattn_core.ui.show import show

FEWEST = 3
_distances = st.cache_data(
    max_entries=12, show_spinner=False, hash_funcs={Heads: lambda one: (tuple(one.index), one.arrays)}
)(known_distances)


def map_view(found: Redundancy, chosen: tuple[int, int], controls: Controls) -> None:
    """The tab *map*: on a pair every stack of the chosen models that stands on the same words under the same mask; over
    a run all, by their measures.
    """
    if found.run:
        square, sources, written = _over_run(found.run, found, controls)
    else:
        parts, sources = _comparable(found, controls)
        square = _distances(pooled(parts), by=found.by)
        each = [
            f"heads_of(mh.attend(mh.load({name!r}), pair), {stack!r}, by={found.by!r})"
            for name, stack in map(_whose, parts)
        ]
        written = f"known_distances(pooled([{', '.join(each)}]), by={found.by!r})"
    if len(square) < FEWEST:
        st.info(_("A map needs three heads or more: add a model in the sidebar."))
        return
    show(map_of_heads(found, square, chosen, " · ".join(sources), written), key="map")


def _whose(part: Heads) -> tuple[str, str]:
    name, stack, *_head = part.index[0]
    return str(name), str(stack)


def _over_run(run: Run, found: Redundancy, controls: Controls) -> tuple[pd.DataFrame, list[str], str]:
    models = [name for name in controls.models if name in run.models]
    for name in controls.models:
        if name not in models:
            st.info(_("{name} is not on the map: the run did not measure it.").format(name=model_label(name)))
    written = f"measured_distances(run, {models!r}, {found.stack!r})"
    return measured_distances(run, models, found.stack), [f"run {run.id}"], written


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
            st.info(escape(stated(name, problem.happened)))
            continue
        # Of several stacks the one of the same name: an encoder with an encoder.
        fitting.sort(key=lambda part: part.index[0][1] != found.stack)
        if not fitting:
            left_out = True
            st.info(prose("not_on_map").format(name=model_label(name)))
            continue
        parts.append(fitting[0])
        sources.append(f"{name}@{seen.model.revision}")
    if left_out:
        st.caption(prose("map_over_run"))
    return parts, sources
