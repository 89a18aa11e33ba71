"""Which runs this visitor may see, and the queue of work that all visitors share."""

import re
from datetime import UTC, datetime

import streamlit as st

from mhattn_core.hosted import hosted
from mhattn_core.runs import store
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved
from mhattn_core.text.reading import Upload
from mhattn_core.ui.resources import models
from mhattn_core.ui.visit import visitor
from mhattn_core.visitors.begin import begin, check_size
from mhattn_core.visitors.jobs import Jobs

OWN = "own-runs"
SHOWN = "run"
"""The run that is looked at: state key, and parameter of the address."""
JOBS_WHEN_HOSTED = 3
"""Of one visitor, waiting or at work, where many people share a copy."""
UNGUESSABLE = re.compile(r"[0-9a-f]{32}")


@st.cache_resource
def jobs() -> Jobs:
    """One queue for the process."""
    return Jobs(most_each=JOBS_WHEN_HOSTED if hosted() else float("inf"))


def known_runs() -> list[Saved]:
    """The runs that ship, then those made here, the newest first; of a shared copy only this session's, and those that
    it opened by a link.
    """
    if not hosted():
        return [*store.shipped(), *store.saved()]
    store.expire(datetime.now(UTC), jobs().at_work())
    own = filter(None, map(store.get, st.session_state.get(OWN, [])))
    return [*store.shipped(), *sorted(own, key=lambda run: run.about.made, reverse=True)]


def find_run(key: str) -> Saved | None:
    """The run that a link names. On a shared copy, whoever has the link may open it, and has it in the list from then
    on.
    """
    run = store.get(key)
    if run is None or run.shipped or not hosted():
        return run
    if not UNGUESSABLE.fullmatch(key):
        return None
    own_run(key)
    return run


def shown_run() -> tuple[str, Saved | None]:
    """The key that was chosen or stands in the address, empty without one, and its run, None where there is none."""
    key = str(st.session_state.get(SHOWN) or st.query_params.get(SHOWN) or "")
    return key, find_run(key) if key else None


def show_run(key: str) -> None:
    """Look at this run from now on; the address says so too. An empty key: at none."""
    st.session_state[SHOWN] = key
    if key:
        st.query_params[SHOWN] = key
    elif SHOWN in st.query_params:
        del st.query_params[SHOWN]


def own_run(key: str) -> None:
    """Let this session's list hold a run."""
    own = st.session_state.setdefault(OWN, [])
    if key not in own:
        own.append(key)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Saved: lambda run: (run.key, run.about.made)})
def opened(run: Saved) -> Run:
    """A finished run, with its tables in memory from their first use on. Raises Problem when it is damaged."""
    return run.open()


def start(run: Saved, upload: Upload) -> None:
    """Raises Problem when a shared copy does not take so much."""
    check_size(upload)
    own_run(run.key)
    # The pool belongs to the process; the thread of the work has no session to ask for it.
    begin(run, upload, jobs(), models(), visitor())
    show_run(run.key)
