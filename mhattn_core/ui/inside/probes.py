"""What can be read off this head's vectors, in a run that measured probes."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.locale import _
from mhattn_core.runs.studies.probes import MOST_TEXTS
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.inside.data import Inside
from mhattn_core.ui.page import badge, draw, escape
from mhattn_core.ui.runs.evidence import evidence_run
from mhattn_core.ui.sidebar import Controls

PROBES = "probes"
ROLE_OF_QUERY, POS_OF_KEY = ("query", "role"), ("key", "pos")
"""What the note says of dimension 0."""


def probes_view(inside: Inside, controls: Controls) -> None:
    """The tab *probes*."""
    run = evidence_run(controls.evidence)
    if run is None or not run.has(PROBES):
        st.info(
            _(
                "One sentence cannot tell what a vector holds. Measure “probes” of many pairs under Runs, or with `analyze --measures basic,probes`, and choose that run as evidence in the sidebar."
            )
        )
        return
    head, name = inside.head, inside.seen.model.name
    table = run.table(PROBES)
    own = table[(table["model"] == name) & (table["stack"] == head.stack) & (table["layer"] == head.layer) & (table["head"] == head.head)]
    if own.empty:
        st.info(_("That run has no probes of {name}'s {stack}.").format(name=escape(name), stack=head.stack))
        return
    best = own.loc[(own["accuracy"] - own["control"]).idxmax()]
    vectors, tasks = vector_names(), task_names()
    said = _("From the {vector} of {head} a linear rule reads {task} rightly in {accuracy:.0%} of held-out words [{low:.0%}, {high:.0%}], arbitrary labels in {control:.0%}, and the most frequent answer alone makes {majority:.0%}.").format(
        vector=vectors[best["vector"]], head=head.name, task=tasks[best["task"]], accuracy=best["accuracy"], low=best["low"], high=best["high"],
        control=best["control"], majority=best["majority"],
    )  # fmt: skip
    st.markdown(escape(f"{said} {_margin(best)}"))
    badge(min(run.manifest.pairs, MOST_TEXTS))
    shown = own.assign(name=[f"{vectors[row.vector]}: {tasks[row.task]}" for row in own.itertuples()])
    draw(charts.probes(shown), key="probes", alt_text=said)
    st.caption(
        _(
            "Bars: held-out accuracy, with the range over five splits of the sentences. Red ticks: the control task, one arbitrary label for each word form, which a probe can only learn by heart (Hewitt and Liang 2019). Circles: as many random directions of the layer's own input; where they reach the bar, the head adds nothing that was not there. Grey ticks: always the most frequent answer."
        )
    )
    _first_dimension(own)
    st.dataframe(shown.drop(columns=["model", "stack", "layer", "head", "name"]), hide_index=True)
    export_panel(lambda: charts.probes(shown), own, key="probes", name=f"{inside.source} probes", note=f"{inside.source} · {run.id}")


def _margin(row: pd.Series) -> str:
    """Whether the probe beats its control task, with the range over splits."""
    message = (
        _("That is {gain:.0f} points above the control task [{low:.0f}, {high:.0f}].")
        if row["gain_low"] > 0
        else _("That is no better than the control task: {gain:.0f} points [{low:.0f}, {high:.0f}].")
    )
    return message.format(gain=100 * (row["accuracy"] - row["control"]), low=100 * row["gain_low"], high=100 * row["gain_high"])


def vector_names() -> dict[str, str]:
    """By their names in tables."""
    return {"query": _("query"), "key": _("key"), "value": _("value")}


def task_names() -> dict[str, str]:
    """By their names in tables."""
    return {
        "pos": _("the word's part of speech"),
        "role": _("the word's role in the sentence"),
        "category": _("the word's category (animal, colour …)"),
        "partner": _("the part of speech of the word it hangs on"),
    }


def _first_dimension(own: pd.DataFrame) -> None:
    """The note says what dimension 0 holds: in Q grammatical roles, in K parts of speech."""
    rows = own.set_index(["vector", "task"])
    said = [
        _("from dimension 0 of the {vector} alone {task} is read in {first:.0%}, from the best, dimension {best}, in {alone:.0%}, from all {whole:.0%}, and {majority:.0%} is the most frequent answer").format(
            vector=vector_names()[vector], task=task_names()[task], first=row["first_dimension"], best=row["dimension"],
            alone=row["dimension_accuracy"], whole=row["accuracy"], majority=row["majority"],
        )
        for (vector, task), row in ((asked, rows.loc[asked]) for asked in (ROLE_OF_QUERY, POS_OF_KEY) if asked in rows.index)
    ]  # fmt: skip
    if said:
        st.markdown(
            escape(
                _("The note says that d_k[0] holds the grammatical role in Q and the part of speech in K. In this head: {what}.").format(
                    what="; ".join(said)
                )
            )
        )
        st.caption(
            _(
                "What a class is read from is a direction, and nothing makes it lie along one dimension. Across models only such whole subspaces can be compared, never a dimension with another model's."
            )
        )
