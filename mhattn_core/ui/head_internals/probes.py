"""What can be read off the vectors of all heads, of this one, and of other models', in a run that measured probes."""

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.experiments.probing import MOST_WORDS
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.probing.probes import DRAWS
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence, evidence_with
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import HEAD
from mhattn_core.ui.head_internals.data import Inside
from mhattn_core.ui.head_internals.probe_words import (
    asked_names,
    first_dimension,
    label,
    margin,
    model_finding,
    task_names,
    vector_names,
)
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, wide_and_narrow

HEADS, MEANS = "probes", "probe_means"
ASKED = "probe"
"""A parameter of the address."""
FIRST = (("query", "role"), ("key", "pos"))
"""What the note says that dimension 0 holds."""


def probes_view(inside: Inside, controls: Controls) -> None:
    """The tab *probes*. Raises Problem where no run has measured them."""
    evidence = evidence_with(controls, HEADS)
    name, stack = inside.seen.model.name, inside.head.stack
    means, heads = evidence.run.table(MEANS), evidence.run.table(HEADS, model=name, stack=stack)
    if heads.empty:
        st.info(_("That run has no probes of {name}'s {stack}.").format(name=escape(name), stack=stack))
        return
    of_model = means[(means["model"] == name) & (means["stack"] == stack)].set_index(["vector", "task"], drop=False)
    labels = {asked: label for asked, label in asked_names().items() if tuple(asked.split("-")) in of_model.index}
    asked = choose(_("What is read from what"), labels, key=ASKED, default=next(iter(labels)))
    vector, task = asked.split("-")
    row = of_model.loc[(vector, task)]
    st.markdown(escape(model_finding(name, row)))
    badge(min(evidence.run.manifest.pairs, MOST_WORDS))
    _say_evidence(evidence, row)
    all_heads, one_head = st.columns(2)
    with all_heads:
        _all_heads(inside, heads[(heads["vector"] == vector) & (heads["task"] == task)], evidence, labels[asked])
    with one_head:
        _one_head(inside, heads, evidence)
    _dimension_0(name, of_model)
    _models(means[(means["vector"] == vector) & (means["task"] == task)], evidence, labels[asked])


def _say_evidence(evidence: Evidence, row: pd.Series) -> None:
    origin = evidence.origin(
        _(
            "One sentence cannot tell what a vector holds. So this tab reads the run “{name}”; another is chosen in the sidebar under Evidence."
        )
    )
    classes = _(
        "{n:,} words of {classes} classes, each asked once by rules learnt from other texts; 95 % intervals over texts."
    ).format(n=row["n"], classes=row["classes"])
    listed = (
        _(
            "Categories are those of word lists written for this project, by lemma: a word that is in no list is not asked, and one of several senses counts as listed."
        )
        if row["task"] == "category"
        else ""
    )
    st.caption(f"{origin} {classes} {listed}".strip())


def _all_heads(inside: Inside, rows: pd.DataFrame, evidence: Evidence, label: str) -> None:
    """A grid of all heads; a click chooses one."""
    grid_rows = rows.assign(
        measure=ASKED, value=100 * rows["gain"], low=100 * rows["gain_low"], high=100 * rows["gain_high"]
    )
    best = rows.loc[rows["gain"].idxmax()]
    said = _(
        "{label}. Farthest above its control task of all heads is {head}: {gain:.0f} points [{low:.0f}, {high:.0f}]."
    ).format(
        label=label[:1].upper() + label[1:],
        head=head_name(best["layer"], best["head"]),
        gain=100 * best["gain"],
        low=100 * best["gain_low"],
        high=100 * best["gain_high"],
    )
    st.markdown(escape(said))
    title = _("points above the control task")
    clicked = clicks()

    def grid() -> alt.LayerChart:
        return charts.head_grid(
            grid_rows,
            measure=ASKED,
            title=title,
            difference=True,
            chosen=inside.head.cell,
            clicks=clicked,
        )

    key = f"probe-heads-{inside.seen.model.name}"
    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(grid(), key=key, on_select=lambda: _take_head(key), selection_mode=charts.PICKED, alt_text=said)
    with narrow:
        draw(charts.strongest(grid_rows, title=title), key=f"narrow-{key}", alt_text=said)
    st.caption(
        _(
            "A square is a head; a click opens it. The best of so many heads is best by chance too: the mean above is of all."
        )
    )
    export_panel(grid, rows, key=key, name=f"{inside.seen.model.name} probes {label}", note=evidence.note)


def _take_head(key: str) -> None:
    place = picked(key)
    if place:
        st.session_state[HEAD] = head_name(*place)


def _one_head(inside: Inside, heads: pd.DataFrame, evidence: Evidence) -> None:
    """Everything that is read from the chosen head."""
    head = inside.head
    own = heads[(heads["layer"] == head.layer) & (heads["head"] == head.head)]
    best = own.loc[own["gain"].idxmax()]
    vectors, tasks = vector_names(), task_names()
    said = _(
        "From the {vector} of {head} a linear rule reads {task} rightly in {accuracy:.0%} of held-out words [{low:.0%}, {high:.0%}], arbitrary labels in {control:.0%}, and the most frequent answer alone makes {majority:.0%}."
    ).format(
        vector=vectors[best["vector"]],
        head=head.name,
        task=tasks[best["task"]],
        accuracy=best["accuracy"],
        low=best["low"],
        high=best["high"],
        control=best["control"],
        majority=best["majority"],
    )
    st.markdown(escape(f"{said} {margin(best)}"))
    shown = own.assign(name=[label(row.vector, row.task) for row in own.itertuples()])
    drawn, numbers = st.tabs([_("Picture"), _("Table")])
    with drawn:
        draw(charts.probes(shown), key="probes", alt_text=said)
    with numbers:
        st.dataframe(shown.drop(columns=["model", "stack", "layer", "head", "name"]), hide_index=True)
    st.caption(
        _(
            "Bars: held-out accuracy, with its interval. Red ticks: the control task, an arbitrary label for each word form, which a probe can only learn by heart (Hewitt and Liang 2019), the mean of {draws} draws of each head's own. Circles: as many random directions of the layer's own input; where they reach the bar, the head adds nothing that was not there. Grey ticks: always the most frequent answer."
        ).format(draws=DRAWS)
    )
    export_panel(lambda: charts.probes(shown), own, key="probes", name=f"{inside.source} probes", note=evidence.note)


def _dimension_0(name: str, of_model: pd.DataFrame) -> None:
    """The note says what dimension 0 holds."""
    said = " ".join(first_dimension(name, of_model.loc[asked]) for asked in FIRST if asked in of_model.index)
    if said:
        told = _("The note says that d_k[0] holds the grammatical role in Q and the part of speech in K.")
        st.markdown(escape(f"{told} {said}"))


def _models(rows: pd.DataFrame, evidence: Evidence, label: str) -> None:
    """The same question put to every model of the run, stack by stack."""
    st.markdown("**" + _("Across models") + "**")
    shown = rows.assign(name=rows["model"] + " · " + rows["stack"])
    best = shown.loc[shown["accuracy"].idxmax()]
    said = _(
        "{label}: most is read from {name}, {accuracy:.0%} in the mean over its heads [{low:.0%}, {high:.0%}], {gain:.0f} points above its control task."
    ).format(
        label=label[:1].upper() + label[1:],
        name=best["name"],
        accuracy=best["accuracy"],
        low=best["low"],
        high=best["high"],
        gain=100 * best["gain"],
    )
    st.markdown(escape(said))
    draw(charts.probes(shown), key="probe-models", alt_text=said)
    st.caption(
        _(
            "Means over the heads of each model, marks as above. What a class is read from is a direction, and nothing makes it lie along one dimension: Q and K, as V and W_O, can be turned together without changing the model. So across models only whole subspaces are compared, never a dimension with another model's. Vectors of more dimensions give a rule more to read from."
        )
    )
    export_panel(lambda: charts.probes(shown), rows, key="probe-models", name=f"probes {label}", note=evidence.note)
