"""Two runs side by side: does what a model's heads do hold on other sentences?"""

import streamlit as st

from mhattn_core.findings.heads.two_models import offered_measures
from mhattn_core.findings.runs.about import run_label
from mhattn_core.findings.runs.two_runs import in_both, two_runs
from mhattn_core.locale import _
from mhattn_core.runs.store import Saved
from mhattn_core.text.code_names import code_names
from mhattn_core.ui.choices import choose
from mhattn_core.ui.names import known_names
from mhattn_core.ui.page import problems
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.runs.known import known_runs, opened
from mhattn_core.ui.show import show


def compared_runs() -> None:
    """The tab in which one model is compared over two runs; two models over one run have a page of their own."""
    runs = {run.key: run for run in known_runs() if run.finished}
    pairs = [(a, b) for a in runs for b in runs if a != b and _common(runs[a], runs[b])]
    if not pairs:
        st.info(_("No two runs measured the same model yet."))
        return
    labels = {key: run_label(run) for key, run in runs.items()}
    firsts = list(dict.fromkeys(a for a, _b in pairs))
    columns = st.columns(2)
    first = columns[0].selectbox(
        _("One run"), firsts, format_func=labels.__getitem__, key="runs-a", persist_state="session"
    )
    seconds = [b for a, b in pairs if a == first]
    second = columns[1].selectbox(
        _("Another run"), seconds, format_func=labels.__getitem__, key=f"runs-b-{first}", persist_state="session"
    )
    with st.container(horizontal=True):
        models = {name: known_names().name(name) for name in _common(runs[first], runs[second])}
        model = choose(_("Model"), models, key="runs-model")
        offered = offered_measures(*(opened(runs[key]) for key in (first, second)))
        measure = choose_quantity(_("Measure"), offered, key="runs-measure").code
    with problems():
        first_run, second_run = (opened(runs[key]) for key in (first, second))
        stacks = list(dict.fromkeys(in_both(first_run, second_run, model, measure)["stack"]))
        stack = stacks[-1] if stacks else ""
        if len(stacks) > 1:
            stack = choose(_("Stack"), code_names(stacks), key="runs-stack", default=stack, pills=True)
        named = (runs[first].about.name, runs[second].about.name)
        finding = two_runs(first_run, second_run, model=model, stack=stack, measure=measure, names=named)
        show(finding, key="runs-scatter")


def _common(a: Saved, b: Saved) -> list[str]:
    return [name for name in a.about.models if name in b.about.models]
