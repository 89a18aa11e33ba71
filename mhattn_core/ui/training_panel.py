"""Checkpoints of one training: a measure or role of all heads and of one, shares of heads and verdicts over steps."""

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.findings.training.curves import MEASURE, training, training_head
from mhattn_core.findings.training.shares import has_shares, training_shares
from mhattn_core.findings.training.steps import has_training, measures_of
from mhattn_core.findings.training.verdicts import training_verdicts
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.models.checkpoints import checkpoints
from mhattn_core.runs.run import Run
from mhattn_core.ui.choices import choose, choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_evidence, say_origin
from mhattn_core.ui.panel import panel
from mhattn_core.ui.runs.known import known_runs, opened
from mhattn_core.ui.show import say, show


@panel
def training_panel(controls: Controls) -> None:
    """From the chosen run, or from one that holds checkpoints."""
    evidence = _with_checkpoints(controls)
    run = evidence.run
    series, measure, stack, head = _choices(run)
    bands = training(run, series=series, measure=measure, stack=stack)
    say(bands)
    say_origin(evidence)
    show(bands, key="training", sentence=False)
    show(training_head(run, series=series, measure=measure, stack=stack, head=head), key="training-head")
    if has_shares(run):
        show(training_shares(run, series=series), key="training-shares")
    if run.has("relations"):
        show(training_verdicts(run, series=series), key="training-verdicts")


def _choices(run: Run) -> tuple[str, str, str, str]:
    """Training, measure, stack and head; empty for the head that changes most."""
    trainings = {one.series: escape(one.series) for one in checkpoints(run.models)}
    stacks = {str(stack): str(stack) for stack in run.heads["stack"].unique()}
    columns = iter(st.columns(2 + (len(trainings) > 1) + (len(stacks) > 1)))
    series, stack = next(iter(trainings)), next(iter(stacks))
    if len(trainings) > 1:
        with next(columns):
            series = choose(_("Training"), trainings, key="series", default=series)
    with next(columns):
        measure = choose(_("Measure"), measures_of(run), key="measure", default=MEASURE)
    if len(stacks) > 1:
        with next(columns):
            stack = choose(_("Stack"), stacks, key="stack", default=stack)
    own = run.attending[run.attending["stack"] == stack].drop_duplicates(["layer", "head"])
    with next(columns):
        head = choose_or_leave(_("Head"), list(head_names(own)), _("The head that changes most"), key="trained-head")
    return series, measure, stack, head or ""


def _with_checkpoints(controls: Controls) -> Evidence:
    chosen = chosen_evidence(controls)
    if chosen is not None and has_training(chosen.run):
        return chosen
    having = [run for run in known_runs() if run.finished and checkpoints(run.about.models)]
    if not having:
        raise Problem(
            _("No run here holds checkpoints of one training."),
            _("Choose a folder of checkpoint-* in the sidebar, or name it to “analyze --model”, and measure pairs."),
        )
    if chosen is not None:
        st.info(_("The chosen run holds no checkpoints of one training."))
    return Evidence(opened(having[0]), having[0], chosen=False)
