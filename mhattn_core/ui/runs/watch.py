"""How far the work is, and what was left unfinished."""

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.progress import progress_bar, workers_table
from mhattn_core.locale import _, current_language
from mhattn_core.runs import store
from mhattn_core.runs.store import Saved
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.runs.known import jobs, known_runs, show_run, start
from mhattn_core.ui.runs.tables import offer_to_delete
from mhattn_core.visitors.begin import given_to
from mhattn_core.visitors.jobs import Job

SECONDS_BETWEEN_LOOKS = 1.0
TOLD = "runs-told"
AT_WORK = "runs-at-work"


def watch_runs() -> None:
    """Everything of this visitor's that waits, runs or was left unfinished; it looks again by itself while there is
    work.
    """
    known = known_runs()
    unfinished = [run for run in known if not run.finished]
    keys = st.session_state[AT_WORK] = [run.key for run in unfinished if _job_at_work(run)]
    panel(_look, run_every=SECONDS_BETWEEN_LOOKS if keys else None)()
    for run in unfinished:
        if not _job_at_work(run):
            _left(run)
    for run in known:
        job = jobs().get(run.key)
        if run.finished and job and run.key not in st.session_state.setdefault(TOLD, []):
            _done(run)


def _job_at_work(run: Saved) -> Job | None:
    job = jobs().get(run.key)
    return None if job is None or job.over else job


def _look() -> None:
    for key in st.session_state[AT_WORK]:
        run, job = store.get(key), jobs().get(key)
        if run is None or job is None or job.over:
            # The whole page has to change, once: a look that comes late, while it does, must not begin anew.
            st.session_state[AT_WORK] = []
            st.rerun()
        _at_work(run, job)


def _at_work(run: Saved, job: Job) -> None:
    with st.container(border=True):
        name = escape(run.about.name)
        if job.state == "waiting":
            before = jobs().place(job)
            st.markdown(
                _("**{name}** waits for its turn: one job comes before it.").format(name=name)
                if before == 1
                else _("**{name}** waits for its turn: {number} jobs come before it.").format(name=name, number=before)
            )
        else:
            share, said = progress_bar(name, job)
            st.progress(share, known_names().markdown(said))
            if len(workers := workers_table(job)):
                with st.expander(_("{number} workers").format(number=len(workers)), icon=":material/lan:"):
                    st.dataframe(workers, hide_index=True, key=f"workers-{run.key}")
        if job.asked_to_stop():
            st.caption(_("It stops after the batch at hand; what is finished is kept."))
        else:
            st.caption(
                _("You can leave this page or close it: the work goes on, and this address brings you back to it.")
            )
            st.button(_("Cancel"), key=f"cancel-{run.key}", icon=":material/stop:", on_click=jobs().cancel, args=(job,))


def _left(run: Saved) -> None:
    """A run that stopped before its end: why, and how it goes on."""
    job = jobs().get(run.key)
    with st.container(border=True):
        st.markdown(
            _("**{name}** is not finished: {models}, {pairs}.").format(
                name=escape(run.about.name),
                models=model_label(*run.about.models),
                pairs=count_of_pairs(run.about.pairs),
            )
        )
        if job and job.problem:
            _say(job.problem)
        elif job:
            st.caption(_("It was cancelled. What is finished is kept."))
        else:
            st.caption(_("The work stopped with its server, or goes on in another process. What is finished is kept."))
        with st.container(horizontal=True), problems():
            if st.button(_("Go on"), key=f"go-on-{run.key}", icon=":material/resume:"):
                start(run, given_to(run))
                st.rerun()
            offer_to_delete(run, store.delete)


def _done(run: Saved) -> None:
    """Work that this process has finished, until somebody has looked at it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(_("**{name}** is finished.").format(name=escape(run.about.name)))
        link("Overview", _("See the overview"), evidence=run.key)
        st.button(_("Open it"), key=f"open-{run.key}", icon=":material/visibility:", on_click=_open, args=(run.key,))


def _open(key: str) -> None:
    st.session_state[TOLD].append(key)
    show_run(key)
    # The tabs open on what the address says when nobody has chosen one.
    st.session_state.pop(f"tab-{current_language()}", None)
    st.query_params["tab"] = "saved"


def _say(problem: Problem) -> None:
    with problems():
        raise problem
