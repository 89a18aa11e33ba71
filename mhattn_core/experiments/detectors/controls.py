"""What detectors give in networks that have learned nothing."""

from collections.abc import Callable, Sequence

from mhattn_core.experiments.detectors.detect import detections
from mhattn_core.measures.detectors.names import TEXTS, WINDOWS
from mhattn_core.measures.detectors.table import StackDetector
from mhattn_core.measures.roles.bounds import NETWORKS, bounds
from mhattn_core.models.control_names import Control
from mhattn_core.models.model import Model
from mhattn_core.models.random_control import random_controls
from mhattn_core.text.own_mask import OwnMask
from mhattn_core.text.reading import PairRecord

PART = 4
"""Controls read one in so many of the texts: fewer texts leave their best heads more to chance, not less."""


def control_bounds(
    model: Model,
    records: Sequence[PairRecord],
    own_mask: OwnMask | None = None,
    *,
    control: Control,
    networks: int = NETWORKS,
    tell: Callable[[int], object] = lambda _texts: None,
) -> dict[StackDetector, float]:
    """Under what the best head of one more network of the control stays at 95 %, by stack and detector (see
    ``bounds``).
    """
    found = (
        detections(one, records, own_mask, texts=TEXTS // PART, windows=WINDOWS // PART, tell=tell)
        for one in random_controls(model, range(networks), control)
    )
    return bounds({asked: of.best for asked, of in each.items()} for each in found)
