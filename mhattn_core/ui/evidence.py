"""What numbers rest on: the sidebar's pair, which is an example, or a run over many pairs."""

from contextlib import suppress

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.about import how_far
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.locale import _, listed, stated
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import history, hold, say_missing
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import badge
from mhattn_core.ui.runs.known import find_run, known_runs, opened, shown_run

KEY = "evidence"
PAIR = "pair"
OPENED_WITH = "evidence-opened-with"
FIRST = "ewt-dev"
"""The run that a page which needs one opens on, if it has its table; else the first that has."""


def choose_evidence() -> str:
    """The selector in the sidebar: ``pair``, or the key of a finished run. The address holds it, so that a link shows
    the same numbers.
    """
    state = st.session_state
    asked = st.query_params.get(KEY)
    # On a shared copy, a run that was opened by its link belongs to the list.
    shown_run()
    if history() or (asked and asked != state.get(OPENED_WITH)):
        find_run(asked or "")
        state[KEY] = asked or PAIR
    state[OPENED_WITH] = asked
    labels = {PAIR: _("This sentence pair only")} | {
        run.key: stated(run.about.name, count_of_pairs(run.about.pairs)) for run in known_runs() if run.finished
    }
    if state.get(KEY) not in labels:
        state[KEY] = PAIR  # at first, or when the run was deleted
    if state[KEY] != PAIR:
        hold(KEY, state[KEY])
        state[OPENED_WITH] = state[KEY]
    chosen = st.selectbox(
        _("Data"),
        list(labels),
        format_func=labels.__getitem__,
        key=KEY,
        on_change=_write,
        persist_state="session",
        help=prose("data_or_pair"),
    )
    say_missing(asked if asked and asked not in labels else "", labels[chosen])
    return str(chosen)


def chosen_evidence(controls: Controls) -> Evidence | None:
    """The run that is chosen in the sidebar; None for the pair, or when the run has been deleted meanwhile.

    Raises Problem for a damaged one.
    """
    saved = find_run(controls.evidence) if controls.evidence != PAIR else None
    return None if saved is None else Evidence(opened(saved), saved, chosen=True)


def chosen_run(controls: Controls) -> Run | None:
    """The run that is chosen in the sidebar; None for the pair. Raises Problem for a damaged one."""
    evidence = chosen_evidence(controls)
    return evidence.run if evidence else None


def holds(run: Run, table: str, model: str) -> bool:
    """Whether a run has rows about a model in one of its tables."""
    return run.has(table) and model in set(run.table(table)["model"])


def evidence_with(controls: Controls, table: str) -> Evidence:
    """For what one pair cannot tell: the run that is chosen in the sidebar, or for “this pair” one that has the table,
    of these one that has measured a model of the sidebar's.

    Raises Problem where there is none.
    """
    having = [run for run in known_runs() if run.has(table)]
    if controls.evidence == PAIR:
        if not having:
            raise Problem(
                _("No run here has measured this."),
                _("Measure pairs under “Data” with “{measure}”.").format(measure=table),
            )

        def rank(run: Saved) -> tuple[bool, bool]:
            return set(controls.models).isdisjoint(run.about.models), run.key != FIRST

        first = min(having, key=rank)
        return Evidence(opened(first), first, chosen=False)
    saved = find_run(controls.evidence)
    if saved is None or not saved.has(table):
        others = listed(f"“{run.about.name}”" for run in having)
        raise Problem(
            _("The chosen run has not measured “{measure}”.").format(measure=table),
            (_("Choose one that has: {runs}.").format(runs=others) + " " if having else "")
            + _("Or measure the same pairs again under “Data” with “{measure}”.").format(measure=table),
        )
    return Evidence(opened(saved), saved, chosen=True)


def manifest_of(controls: Controls, table: str, *, pair_will_do: bool) -> Manifest | None:
    """Of the run that a page draws a table from; None where it draws from the pair, or nothing.

    pair_will_do: whether the page draws from the pair where the chosen run has no such rows about its models, and not
    from another run.
    """
    with suppress(Problem):  # told by the page itself
        if not pair_will_do:
            return evidence_with(controls, table).run.manifest
        run = chosen_run(controls)
        if run and any(holds(run, table, name) for name in controls.models):
            return run.manifest
    return None


def say_evidence(evidence: Evidence, *, pairs: int | None = None) -> None:
    """How much the page rests on, and why on this; pairs: where it is not all of the run's."""
    badge(pairs or evidence.run.manifest.pairs)
    say_origin(evidence)


def say_origin(evidence: Evidence, more: str = "") -> None:
    """Which run the page reads and why, and how far it carries; more: what stands between."""
    origin = evidence.origin(prose("page_reads_run"))
    st.caption(" ".join(part for part in (origin, more, how_far(evidence.run)) if part))


def models_in(evidence: Evidence, controls: Controls, measured: list[str]) -> list[str]:
    """The sidebar's models that the run has, else all of the run's that were trained; the others are named."""
    here = [name for name in controls.models if name in measured]
    missing = [name for name in controls.models if name not in measured]
    if missing:
        st.info(
            _("The run “{run}” has not measured {models}. It has {others}.").format(
                run=escape(evidence.saved.about.name),
                models=model_label(*missing),
                others=model_label(*measured),
            )
        )
    return here or [name for name in measured if not is_control(name)] or measured


def _write() -> None:
    st.query_params[KEY] = st.session_state[OPENED_WITH] = st.session_state[KEY]
