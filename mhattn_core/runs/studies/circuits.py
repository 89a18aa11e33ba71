"""What the weights of heads alone say: whether they copy, and whose output they read."""

import pandas as pd

from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.circuits.heads import Circuits
from mhattn_core.experiments.circuits.tables import COMPOSITION, COPYING, composition_table, copying_table
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables


def _measure(given: StudyInput) -> Tables:
    try:
        circuits = Circuits.of(given.model)
    except NotAvailable as problem:
        return {"circuits": _nothing(given.model, problem.happened), "composition": pd.DataFrame(columns=COMPOSITION)}
    return {"circuits": copying_table(circuits), "composition": composition_table(circuits, tell=given.tell)}


def _nothing(model: Model, reason: str) -> pd.DataFrame:
    heads = pd.DataFrame(model.attention.all_heads(), columns=["stack", "layer", "head"])
    return heads.assign(model=model.name, reason=reason).reindex(columns=list(COPYING))


def _layers(model: Model) -> int:
    return sum(len(model.attention.attending(stack)) for stack in model.stacks)


CIRCUITS = Study(
    ("circuits", "composition"), _measure, work=lambda model, _records: (_layers(model), 30.0), factor=10.0
)
"""It reads no texts: what it costs hangs on the model alone."""
