"""One finished run and what it says."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.findings import RUN_FINDINGS
from mhattn_core.findings.heads.of_measures import at_the_end, distributions, measured
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.about import provenance, run_label
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved, brought
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, hold
from mhattn_core.ui.page import problems
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.reproduce import reproduce_run
from mhattn_core.ui.runs.known import SHOWN, known_runs, opened, own_run, show_run, shown_run
from mhattn_core.ui.runs.tables import tables_of, what_to_do
from mhattn_core.ui.show import show

STACKS = ("cross", "encoder", "decoder")


def opened_run() -> None:
    """The tab in which a saved run is read: the one in the address, else the first that ships."""
    choices = st.container(horizontal=True, vertical_alignment="bottom")
    with choices:
        run = _choose_run()
    if run is not None:
        _read(run, choices)
    with choices, st.popover(_("Open from the Hub"), icon=":material/cloud_download:"), problems():
        _from_hub()


def _read(run: Saved, choices: DeltaGenerator) -> None:
    """What the run says, by the measure that is chosen beside it."""
    with problems():
        tables = opened(run)
        if tables.heads.empty:
            st.info(prose("no_basic_measures").format(measures=escape(listed(tables.manifest.measures))))
        else:
            with choices:
                chosen = _choose(tables)
            _picture(tables, *chosen)
        what_to_do(run, tables)
        _findings(tables)
        tables_of(tables)
        st.caption(provenance(run, tables))
        reproduce_run(tables.manifest)


def _choose_run() -> Saved | None:
    state = st.session_state
    asked, named = shown_run()
    if asked and named is None:
        st.info(_("The run that this link names is not here: it was deleted, or belongs to another copy."))
    runs = {run.key: run for run in known_runs() if run.finished}
    if not runs:
        st.info(_("There is no finished run yet. Measure pairs under the other tab."))
        return None
    labels = {key: run_label(run) for key, run in runs.items()}
    if state.get("run-shown") not in labels or state.get("run-asked") != asked:
        state["run-asked"] = asked
        state["run-shown"] = asked if asked in labels else next(iter(labels))
    key = st.selectbox(_("Run"), list(labels), format_func=labels.__getitem__, key="run-shown", on_change=_write)
    hold(SHOWN, key)
    return runs[key]


def _from_hub() -> None:
    """A run that somebody shared becomes one of this copy."""
    asked = st.text_input(_("Dataset"), key="run-on-hub", placeholder="hf://datasets/USER/NAME")
    st.caption(_("A run that was shared with `mhattn share`. Only its tables are downloaded."))
    if st.button(_("Open it"), key="run-from-hub", disabled=not asked.strip()):
        with st.spinner(_("Downloading …")):
            key = brought(asked.strip()).key
        own_run(key)
        show_run(key)
        st.rerun()


def _write() -> None:
    show_run(st.session_state["run-shown"])
    st.session_state["run-asked"] = st.session_state["run-shown"]


def _picture(run: Run, measure: Quantity, stack: str, group: str) -> None:
    """All heads of the run on one axis, by one measure."""
    known = measured(run, run.models, stack, measure.code, group).dropna(subset="value")
    if known.empty:
        st.info(_("No head of this run has a value of this measure. {reads}").format(reads=measure.reads))
        return
    top = ModelHead.of_row(known.loc[at_the_end(known, measure.code)])
    finding = distributions(run, stack=stack, measure=measure.code, group=group)
    show(finding, key="run-chart", chosen=(top.model, *top.cell))
    st.caption(_("Circled: the head named above."))
    st.caption(f"**{measure.axis}** · {measure.explanation}")


def _findings(run: Run) -> None:
    """One of all the run's findings at a time, by the names that the command line knows."""
    icon = ":material/format_list_bulleted:"
    part = st.expander(_("All that this run says"), icon=icon, key="run-findings", on_change="rerun")
    if part.open:
        names = [name for name, finding in RUN_FINDINGS.items() if finding.given_by(run)]
        with part, problems():
            name = st.selectbox(_("Finding"), names, key="run-finding", help=prose("names_of_findings"))
            show(RUN_FINDINGS[name](run), key=f"run-finding-{name}")


def _choose(run: Run) -> tuple[Quantity, str, str]:
    """Measure, stack and group of pairs."""
    heads = run.heads
    words = {name: one for name, one in of_family("basic").items() if name in set(heads["measure"])}
    several = heads.groupby("model")["stack"].nunique().gt(1).any()
    stacks = [stack for stack in STACKS if stack in set(heads["stack"])]
    groups = sorted(set(heads["group"]))
    measure = choose_quantity(_("Measure"), words, key="run-measure")
    stack, group, everything = stacks[0], "", _("all pairs")
    if several:
        stack = choose(_("Stack"), code_names(stacks), key="run-stack", pills=True)
    if len(groups) > 1:
        # Its names may be the reader's own words, which stand in no address.
        group = str(st.selectbox(_("Group"), groups, format_func=lambda name: name or everything, key="run-group"))
    # Offsets mean nothing across two texts: such a measure is shown of the stacks that have it.
    having = heads.loc[heads["measure"] == measure.code, "stack"]
    return measure, stack if stack in set(having) else "", group
