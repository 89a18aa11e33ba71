"""The quantities in which it is counted what is lost without heads."""

from typing import Literal

Quantity = Literal["loss", "divergence", "label_loss", "error", "displacement", "retrieval"]


def covers(quantity: str) -> bool:
    """Whether interactions of heads can be read from it: a loss can fall as well as rise."""
    return quantity in ("loss", "label_loss", "error", "retrieval")
