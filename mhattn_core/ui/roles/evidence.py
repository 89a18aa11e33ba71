"""The run that Head roles reads: never one pair."""

from dataclasses import dataclass

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.store import Saved
from mhattn_core.ui.page import badge, escape
from mhattn_core.ui.runs.evidence import PAIR
from mhattn_core.ui.runs.known import find_run, known_runs, opened
from mhattn_core.ui.sidebar import Controls

FIRST = {"relations": ("ewt-dev-trees",), "patterns": ("ewt-dev", "ewt-dev-trees")}
"""Runs that a tab opens on, if they have its table; else the first that has."""


@dataclass(frozen=True)
class RolesEvidence:
    """chosen: whether the reader chose the run, and not this page."""

    run: Run
    saved: Saved
    chosen: bool

    @property
    def note(self) -> str:
        """For files that leave the dashboard."""
        models = ", ".join(f"{name}@{revision}" for name, revision in self.run.manifest.models)
        return f"run {self.run.id} · {models}"


def roles_evidence(controls: Controls, table: str) -> RolesEvidence:
    """The run that is chosen in the sidebar, or for “this pair” one that has the table. Raises Problem where there is
    none.
    """
    having = [run for run in known_runs() if run.finished and _has(run, table)]
    if controls.evidence == PAIR:
        if not having:
            raise Problem(
                _("No run here has measured this."),
                _("Measure pairs under “Runs” with “{measure}”.").format(measure=table),
            )
        names = FIRST.get(table, ())
        first = min(having, key=lambda run: names.index(run.key) if run.key in names else len(names))
        return RolesEvidence(opened(first), first, chosen=False)
    saved = find_run(controls.evidence)
    if saved is None or not _has(saved, table):
        others = ", ".join(f"“{run.about.name}”" for run in having)
        raise Problem(
            _("The run that is chosen as evidence has not measured “{measure}”.").format(measure=table),
            (_("Choose one that has: {runs}.").format(runs=others) + " " if having else "")
            + _("Or measure the same pairs again under “Runs” with “{measure}”.").format(measure=table),
        )
    return RolesEvidence(opened(saved), saved, chosen=True)


def roles_manifest(controls: Controls, table: str) -> Manifest | None:
    """What the page's numbers follow from; None where it shows none."""
    try:
        return roles_evidence(controls, table).run.manifest
    except Problem:
        return None


def say_evidence(evidence: RolesEvidence, more: str = "", *, pairs: int | None = None) -> None:
    """How much the page rests on, and why on this; more: what follows in the same line; pairs: where it is not all of
    the run's.
    """
    badge(pairs or evidence.run.manifest.pairs)
    name = escape(evidence.saved.about.name)
    from_where = (
        _("From the run “{name}”.").format(name=name)
        if evidence.chosen
        else _(
            "One pair cannot tell a role. So this page reads the run “{name}”; another is chosen in the sidebar under Evidence."
        ).format(name=name)
    )
    st.caption(f"{from_where} {more}".strip())


def models_in(evidence: RolesEvidence, controls: Controls, measured: list[str]) -> list[str]:
    """The sidebar's models that the run has, else all of the run's that were trained; the others are named."""
    here = [name for name in controls.models if name in measured]
    missing = [name for name in controls.models if name not in measured]
    if missing:
        st.info(
            _("The run “{run}” has not measured {models}. It has {others}.").format(
                run=escape(evidence.saved.about.name),
                models=escape(", ".join(missing)),
                others=escape(", ".join(measured)),
            )
        )
    return here or [name for name in measured if not name.endswith("@random")] or measured


def _has(run: Saved, table: str) -> bool:
    return (run.folder / f"{table}.parquet").is_file()
