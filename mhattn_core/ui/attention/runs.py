"""Runs that know something of the models on the page."""

from collections.abc import Collection

from mhattn_core.errors import Problem
from mhattn_core.findings.attention.roles import NamedRun
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.annotation.annotate import language_of
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import FIRST
from mhattn_core.ui.runs.known import known_runs, opened


def run_about(controls: Controls, table: str, models: Collection[str]) -> NamedRun | None:
    """A finished run with this table about all these models: the one chosen in the sidebar, else one that ships, else
    any; None where there is none, or where one of them was not trained on the language of the sentence: what a run of
    English found says nothing of Chinese.
    """
    if not all(_reads(name, controls.pair.source) for name in models):
        return None
    having = [run for run in known_runs() if run.has(table) and set(models) <= set(run.about.models)]
    for saved in sorted(having, key=lambda run: (run.key != controls.evidence, run.key != FIRST)):
        try:
            return NamedRun(opened(saved), saved.about.name)
        except Problem:  # a damaged one, which the page of runs tells of
            continue
    return None


def _reads(name: str, text: str) -> bool:
    """Whether a model was trained on the language of a text, as far as the catalogue knows."""
    entry = entries().get(trained_name(name))
    return entry is None or not {"mul", language_of(text)}.isdisjoint(entry.languages)
