"""The quantities in which it is counted what is lost without heads."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Real

Quantity = Literal["loss", "divergence", "label_loss", "logit_difference", "accuracy", "displacement", "retrieval"]

Off = Literal["mean", "zero", "uniform", "resample"]
"""What stands in for a head that is switched off."""
OFF_BY: Off = "mean"

FALLING = ("logit_difference", "accuracy")
"""Those that fall as a model does worse."""


def covers(quantity: str) -> bool:
    """Whether interactions of heads can be read from it: it can change for the better as well as for the worse."""
    return quantity in ("loss", "label_loss", "retrieval", *FALLING)


def harm(
    quantity: str, ablated: Real[np.ndarray, "variant text"], intact: Real[np.ndarray, " text"]
) -> Float[np.ndarray, "variant text"]:
    """How much worse each text is done by without heads, ``[variant, text]``: what a loss gains, an accuracy loses."""
    change = np.asarray(ablated - intact, dtype=np.float64)
    return -change if quantity in FALLING else change
