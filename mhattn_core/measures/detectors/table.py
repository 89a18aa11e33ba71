"""What detectors say of every head: a table with intervals, and what random controls reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.quantities import range_of
from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, supported

COLUMNS = (
    *("model", "stack", "layer", "head", "measure", "value", "low", "high", "random95", "shuffled95"),
    *("detected", "n"),
)


class StackDetector(NamedTuple):
    """A stack, and a detector by its name in tables."""

    stack: str
    measure: str


@dataclass(frozen=True, eq=False)
class Detections:
    """One detector over the texts of a stack. ``sums``: of each layer that attends, total and count ``[text, head, 2]``,
    whose quotient is the value; ``units``: what is resampled as one, of each text.
    """

    sums: Mapping[int, Float[np.ndarray, "text head 2"]]
    units: Sequence[str]

    @property
    def best(self) -> float:
        """The value of the head that has most; NaN where nothing was counted."""
        values = np.concatenate([quotient(of_layer.sum(axis=0)) for of_layer in self.sums.values()])
        return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")


Bounds = Mapping[StackDetector, float]


def detector_rows(
    model: str, asked: StackDetector, found: Detections, random95: float = np.nan, shuffled95: float = np.nan
) -> pd.DataFrame:
    """Rows (``COLUMNS``) of one detector: a head's value over all texts, with its 95 % interval over units, none from
    fewer than 30.

    random95, shuffled95: under what the best head of another random control stays at 95 % (see ``roles.bounds``).
    detected: the value is at least the detector's, and its lower end (the value, where there is no interval) above both
    bounds; of a detector of little, at most the detector's.
    n: texts in which there was something to count.
    """
    detector, (lowest, highest) = DETECTORS[asked.measure], range_of(asked.measure)
    weights, tables = bootstrap_weights(found.units), []
    for layer, sums in sorted(found.sums.items()):
        counted = (sums[..., 1] > 0).sum(axis=0)
        units = np.minimum(counted, len(set(found.units)))
        low, high = supported(*interval(sums, weights, quotient), units, lowest=lowest, highest=highest)
        rows = {
            "layer": layer,
            "head": range(sums.shape[1]),
            "value": quotient(sums.sum(axis=0)),
            "low": low,
            "high": high,
            "n": counted,
        }
        tables.append(pd.DataFrame(rows))
    if detector.lowest:
        random95 = shuffled95 = np.nan  # how little heads have is not told by the one that has most
    table = pd.concat(tables, ignore_index=True).assign(
        model=model, **asked._asdict(), random95=random95, shuffled95=shuffled95
    )
    if detector.lowest:
        detected = table["value"] <= detector.least
    else:
        sure = table["low"].fillna(table["value"])
        beyond = np.fmax(random95, shuffled95)
        # What asks for nothing but to be above the controls cannot be told without them.
        above = sure > beyond if np.isfinite(beyond) else detector.least > 0
        detected = (table["value"] >= detector.least) & above
    return table.assign(detected=detected)[list(COLUMNS)]
