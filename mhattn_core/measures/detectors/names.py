"""What detectors there are, on which texts each looks, and from when on a head passes."""

from dataclasses import dataclass
from typing import Literal

PERIODS = {"induction": (25, 4), "induction.2x50": (50, 2)}
"""The repeated random texts by the detector that they are named after: so many different tokens, so many times."""
TEXTS, TEXTS_LIVE = 32, 8
"""Random texts of each kind in a run, and while a page waits."""
WINDOW, WINDOWS = 64, 100
"""Tokens of a piece of the corpus, special ones among them, and how many pieces are read at most: as Gu et al. 2025."""
LEAST_WEIGHT = 0.3
"""From here on a share of the weight makes a head one of the kind: the bound of Gu et al. 2025 for sinks, taken over."""
LITTLE = 0.1
"""Up to this part of an even share of its layer's output a head writes next to nothing. Ours."""

Text = Literal["random", "corpus"]


@dataclass(frozen=True)
class Detector:
    """``on``: random tokens that repeat, or pieces of the corpus. least: the value from which a head is one of the kind,
    besides lying above the random controls; ``lowest``: the low end is told, and no control is asked.
    """

    on: Text
    least: float = LEAST_WEIGHT
    lowest: bool = False


DETECTORS = {
    "previous_token": Detector("random"),
    "duplicate_token": Detector("random"),
    "first_occurrence": Detector("random"),
    "induction": Detector("random"),
    "induction.2x50": Detector("random"),
    "copying": Detector("random", least=0.0),
    "induction.text": Detector("corpus"),
    "sink.64": Detector("corpus"),
    "output_norm": Detector("corpus", least=LITTLE, lowest=True),
    "own_mask": Detector("corpus"),
}
"""By their names in tables, in the order in which a reader meets them."""
