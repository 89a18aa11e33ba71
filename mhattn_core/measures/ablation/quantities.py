"""The quantities in which it is counted what is lost without heads."""

from typing import Literal

Quantity = Literal["loss", "divergence", "displacement", "retrieval"]


def covers(quantity: str) -> bool:
    """Whether interactions of heads can be read from it: a loss can fall as well as rise."""
    return quantity in ("loss", "retrieval")
