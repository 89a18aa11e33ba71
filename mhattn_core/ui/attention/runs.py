"""Runs that know something of the models on the page."""

from collections.abc import Collection

from mhattn_core.errors import Problem
from mhattn_core.findings.attention.roles import NamedRun
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import FIRST
from mhattn_core.ui.runs.known import known_runs, opened


def run_about(controls: Controls, table: str, models: Collection[str]) -> NamedRun | None:
    """A finished run with this table about all these models: the one chosen in the sidebar, else one that ships, else
    any; None where there is none.
    """
    having = [
        run
        for run in known_runs()
        if run.finished and set(models) <= set(run.about.models) and (run.folder / f"{table}.parquet").is_file()
    ]
    for saved in sorted(having, key=lambda run: (run.key != controls.evidence, run.key != FIRST)):
        try:
            return NamedRun(opened(saved), saved.about.name)
        except Problem:  # a damaged one, which the page of runs tells of
            continue
    return None
