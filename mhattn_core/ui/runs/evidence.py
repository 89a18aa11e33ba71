"""What numbers rest on: the sidebar's pair, or a run over many."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.ui.runs.known import find_run, known_runs, opened, shown_run

KEY = "evidence"
PAIR = "pair"
OPENED_WITH = "evidence-opened-with"


def choose_evidence() -> str:
    """The selector in the sidebar: ``pair``, or the key of a finished run. The address holds it, so that a link shows
    the same numbers.
    """
    state = st.session_state
    asked = st.query_params.get(KEY)
    # On a shared copy, a run that was opened by its link belongs to the list.
    shown_run()
    if asked and asked != state.get(OPENED_WITH):
        find_run(asked)
        state[KEY] = asked
    state[OPENED_WITH] = asked
    labels = {PAIR: _("This pair (an example)")} | {
        run.key: _("{name}: {pairs} pairs").format(name=run.about.name, pairs=f"{run.about.pairs:,}")
        for run in known_runs()
        if run.finished
    }
    if state.get(KEY) not in labels:
        state[KEY] = PAIR  # at first, or when the run was deleted
    return str(
        st.selectbox(
            _("Evidence"),
            list(labels),
            format_func=labels.__getitem__,
            key=KEY,
            on_change=_write,
            persist_state="session",
            help=_(
                "One pair shows what a head can do, a run over many pairs what it usually does. Pages that compare heads draw from what is chosen here."
            ),
        )
    )


def evidence_run(evidence: str) -> Run | None:
    """The run that is chosen; None for the pair. Raises Problem when it has been deleted meanwhile, or is damaged."""
    run = find_run(evidence) if evidence != PAIR else None
    return None if run is None else opened(run)


def _write() -> None:
    st.query_params[KEY] = st.session_state[OPENED_WITH] = st.session_state[KEY]
