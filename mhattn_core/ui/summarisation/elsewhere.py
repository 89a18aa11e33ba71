"""What is known before: weights that a run holds, and how heads agree with ROUGE on other documents than the one that
is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.attention.segments import segment_weights
from mhattn_core.errors import Problem
from mhattn_core.models import Model
from mhattn_core.models.control_names import CONTROLS, with_control
from mhattn_core.runs import Run, store
from mhattn_core.runs.summaries import agreement_elsewhere, stored_weights
from mhattn_core.text.documents import documents
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.kept import of_documents
from mhattn_core.ui.runs.known import opened
from mhattn_core.ui.summarisation.data import DocumentAttention, DocumentInput

SHIPPED = "documents-en"


@dataclass(frozen=True, eq=False)
class HeldOutAgreement:
    """Agreement of a model's heads with ROUGE on other documents.

    heads: layer, head, agreement, units; the best first. lead: how often the first segment is the likest there; order:
    how often the one as far into its document as the sentence is into its summary; chance: how often one at random
    would be; controls: agreement of the best head of each of the model's random controls that was measured, by name.
    """

    heads: pd.DataFrame
    documents: int
    lead: float
    order: float
    chance: float
    controls: Mapping[str, float]
    source: str

    @property
    def best(self) -> tuple[int, int]:
        return int(self.heads["layer"].iloc[0]), int(self.heads["head"].iloc[0])

    @property
    def units(self) -> int:
        """Sentences of summaries, on all those documents together."""
        return int(self.heads["units"].iloc[0])

    def of(self, layer: int, head: int) -> float:
        """A head's agreement."""
        return float(self.heads.loc[(self.heads["layer"] == layer) & (self.heads["head"] == head), "agreement"].iloc[0])


def shipped_run() -> Run | None:
    """The run over the gallery's documents that comes with the package."""
    saved = store.get(SHIPPED)
    return opened(saved) if saved else None


def stored(name: str, given: DocumentInput) -> DocumentAttention | None:
    """What the shipped run holds of a document of the gallery, as it stands there."""
    run = shipped_run()
    return None if run is None or not given.id or name not in run.models else _stored(run.id, name, given, run)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={DocumentInput: lambda given: given.id})
def _stored(run_id: str, name: str, given: DocumentInput, _run: Run) -> DocumentAttention | None:
    weights = stored_weights(_run, name, given.id)
    return (
        None if weights is None else DocumentAttention(name, dict(_run.manifest.models)[name], given, weights, run_id)
    )


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
            found = _elsewhere(run.id, name, given.id, run)
            if found is not None:
                return found
    told: HeldOutAgreement | None = of_documents().recall(("elsewhere", name, given.language, given.id))
    return told


@st.cache_resource(max_entries=16, show_spinner=False)
def _elsewhere(run_id: str, name: str, id_: str, _run: Run) -> HeldOutAgreement | None:
    heads = agreement_elsewhere(_run, name, id_)
    if heads.empty:
        return None
    items = _run.table("segment_items", model=name)
    items = items[items["id"] != id_]
    controls = [with_control(name, control) for control in CONTROLS]
    measured = [control for control in controls if control != name and control in _run.models]
    return HeldOutAgreement(
        heads,
        items["id"].nunique(),
        float((items["likest"] == 0).mean()),
        float((items["likest"] == items["in_order"]).mean()),
        float((1 / items["segments"]).mean()),
        {control: float(agreement_elsewhere(_run, control, id_)["agreement"].max()) for control in measured},
        f"run {run_id}",
    )


def others(given: DocumentInput) -> list[DocumentInput]:
    """The gallery's documents of the same language, without the one that is shown."""
    return [
        DocumentInput(one.document, one.summary, id=id_)
        for id_, one in documents().items()
        if one.language == given.language and id_ != given.id
    ]


def measure_elsewhere(model: Model, given: DocumentInput, tell: Callable[[float], object]) -> None:
    """Run the model on the gallery's other documents, and keep how its heads agree with ROUGE there."""
    found = []
    for number, other in enumerate(others(given)):
        weights = segment_weights(model, other.document, other.summary)
        found.append(DocumentAttention(model.name, model.revision, other, weights))
        tell((number + 1) / len(others(given)))
    hits = np.concatenate([one.hits for one in found], axis=-1)
    layer, head = (axis.ravel() for axis in np.indices(hits.shape[:2]))
    heads = pd.DataFrame(
        {"layer": layer, "head": head, "agreement": hits.mean(axis=-1).ravel(), "units": hits.shape[-1]}
    )
    likest = np.concatenate([one.given.likest[one.given.likest >= 0] for one in found])
    ordered = np.concatenate([one.given.in_order[one.given.likest >= 0] for one in found])
    chance = np.concatenate(
        [np.full((one.given.likest >= 0).sum(), 1 / len(one.given.document.segments)) for one in found]
    )
    told = HeldOutAgreement(
        heads.sort_values(["agreement", "layer", "head"], ascending=[False, True, True], ignore_index=True),
        len(found),
        float((likest == 0).mean()),
        float((likest == ordered).mean()),
        float(chance.mean()),
        {},
        f"{model.name}@{model.revision}",
    )
    of_documents().keep(("elsewhere", model.name, given.language, given.id), told)
