"""Whether the head that was trained to align aligns best."""

from collections.abc import Mapping, Sequence

from mhattn_core.experiments.alignment.align import align
from mhattn_core.measures.alignment.aligned import MEAN
from mhattn_core.measures.alignment.tables import alignment_table
from mhattn_core.models.model import Model
from mhattn_core.text.reading import PairRecord


def guided_head(model: Model, records: Sequence[PairRecord]) -> Mapping[str, float]:
    """Of the heads of a translator by alignment error, from the row that predicts a word (AWO), the rank of head 0 of
    its last layer: 1 for the least error.

    Raises Problem as ``align``.
    """
    table = alignment_table(align(model, records))
    heads = table[(table["rows"] == "awo") & (table["weight"] == "pattern") & (table["head"] != MEAN)]
    guided = heads[(heads["layer"] == heads["layer"].max()) & (heads["head"] == 0)]["aer"].iloc[0]
    return {"rank of the last layer's H0": float(1 + (heads["aer"] < guided).sum())}
