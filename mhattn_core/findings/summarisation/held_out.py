"""How the heads of a model agree with ROUGE on other documents than the one that is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.attention.segments import segment_weights
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput
from mhattn_core.models.control_names import CONTROLS, with_control
from mhattn_core.runs.run import Run
from mhattn_core.runs.summaries import agreement_elsewhere
from mhattn_core.text.documents import documents

if TYPE_CHECKING:
    from mhattn_core.models.model import Model


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


def agreement_in(run: Run, model: str, id_: str) -> HeldOutAgreement | None:
    """From a run's documents without the one of this id; None where it has no others."""
    heads = agreement_elsewhere(run, model, id_)
    if heads.empty:
        return None
    items = run.table("segment_items", model=model)
    items = items[items["id"] != id_]
    controls = [with_control(model, control) for control in CONTROLS]
    measured = [control for control in controls if control != model and control in run.models]
    return HeldOutAgreement(
        heads,
        items["id"].nunique(),
        float((items["likest"] == 0).mean()),
        float((items["likest"] == items["in_order"]).mean()),
        float((1 / items["segments"]).mean()),
        {control: float(agreement_elsewhere(run, control, id_)["agreement"].max()) for control in measured},
        f"run {run.id}",
    )


def other_documents(given: DocumentInput) -> list[DocumentInput]:
    """The gallery's documents of the same language, without the one that is shown."""
    return [
        DocumentInput(one.document, one.summary, id=id_)
        for id_, one in documents().items()
        if one.language == given.language and id_ != given.id
    ]


def agreement_on_others(
    model: "Model", given: DocumentInput, on_progress: Callable[[float], object]
) -> HeldOutAgreement:
    """Run the model on the gallery's other documents. on_progress: is told after each which share is done."""
    others, read = other_documents(given), []
    for number, other in enumerate(others):
        weights = segment_weights(model, other.document, other.summary)
        read.append(DocumentAttention(model.name, model.revision, other, weights))
        on_progress((number + 1) / len(others))
    hits = np.concatenate([one.hits for one in read], axis=-1)
    layer, head = (axis.ravel() for axis in np.indices(hits.shape[:2]))
    heads = pd.DataFrame(
        {"layer": layer, "head": head, "agreement": hits.mean(axis=-1).ravel(), "units": hits.shape[-1]}
    )
    asked = [one.given.likest >= 0 for one in read]
    likest = np.concatenate([one.given.likest[own] for one, own in zip(read, asked, strict=True)])
    ordered = np.concatenate([one.given.in_order[own] for one, own in zip(read, asked, strict=True)])
    segments = np.repeat([len(one.given.document.segments) for one in read], [own.sum() for own in asked])
    return HeldOutAgreement(
        heads.sort_values(["agreement", "layer", "head"], ascending=[False, True, True], ignore_index=True),
        len(read),
        float((likest == 0).mean()),
        float((likest == ordered).mean()),
        float((1 / segments).mean()),
        {},
        f"{model.name}@{model.revision}",
    )
