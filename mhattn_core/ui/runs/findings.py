"""All that a run says, finding by finding."""

import streamlit as st

from mhattn_core.findings import RUN_FINDINGS
from mhattn_core.locale import _
from mhattn_core.runs.run import Run
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import show


def findings_of(run: Run) -> None:
    """One of the run's findings at a time, by the names that the command line knows."""
    part = st.expander(
        _("All that this run says"), icon=":material/format_list_bulleted:", key="run-findings", on_change="rerun"
    )
    if not part.open:
        return
    names = [name for name, finding in RUN_FINDINGS.items() if finding.given_by(run)]
    with part, problems():
        name = st.selectbox(
            _("Finding"),
            names,
            key="run-finding",
            help=_("These names also stand for them on the command line (show, figure) and in Python (mh.finding)."),
        )
        show(RUN_FINDINGS[name](run), key=f"run-finding-{name}")
