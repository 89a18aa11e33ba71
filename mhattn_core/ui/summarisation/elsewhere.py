"""What is known before: weights that a run holds, and how heads agree with ROUGE on other documents; each read once."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput, attention_in
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement, agreement_in, agreement_on_others
from mhattn_core.models.model import Model
from mhattn_core.runs import store
from mhattn_core.runs.run import Run
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.kept import of_documents
from mhattn_core.ui.resources import precision
from mhattn_core.ui.runs.known import opened

SHIPPED = "documents-en"
_BY_ID: dict[str | type[Any], Callable[[Any], Any]] = {Run: lambda run: run.id, DocumentInput: lambda given: given.id}
_stored = st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_ID)(attention_in)
_agreement = st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_ID)(agreement_in)


def shipped_run() -> Run | None:
    """The run over the gallery's documents that comes with the package."""
    saved = store.get(SHIPPED)
    return opened(saved) if saved else None


def stored(name: str, given: DocumentInput) -> DocumentAttention | None:
    """What the shipped run holds of a document of the gallery, as it stands there."""
    run = shipped_run()
    return None if run is None or not given.id or name not in run.models else _stored(run, name, given)


def elsewhere(name: str, given: DocumentInput, controls: Controls) -> HeldOutAgreement | None:
    """From the run that is chosen as evidence, or the one that ships; for another model, what was measured here; None
    where nothing was.
    """
    try:
        chosen = chosen_run(controls)
    except Problem:  # told where it is chosen
        chosen = None
    for run in (chosen, shipped_run()):
        if run is not None and run.has("segment_items") and name in run.models:
            found = _agreement(run, name, given.id)
            if found is not None:
                return found
    told: HeldOutAgreement | None = of_documents().recall(("elsewhere", name, precision(), given.language, given.id))
    return told


def measure_elsewhere(model: Model, given: DocumentInput, tell: Callable[[float], object]) -> None:
    """Run the model on the gallery's other documents, and keep how its heads agree with ROUGE there."""
    of_documents().keep(
        ("elsewhere", model.name, precision(), given.language, given.id), agreement_on_others(model, given, tell)
    )
