"""What is lost when heads are off: which quantities a model has, and their values."""

from collections.abc import Mapping

from mhattn_core.attention.objectives import Target, asked_of
from mhattn_core.measures.ablation.quantities import Quantity
from mhattn_core.models.model import Model

OF: Mapping[Target, tuple[Quantity, ...]] = {
    "next": ("loss",),
    "forced": ("loss",),
    "masked": ("loss",),
    "class": ("divergence",),
    "vector": ("displacement", "retrieval"),
}


def quantities_of(model: Model) -> tuple[Quantity, ...]:
    """What can be said about a model without task data, the main one first.

    ``loss``: −ln p per word asked for, in nats (the next word, the given translation, hidden words). ``divergence``: KL
    of the classes from the intact model's. ``displacement``: 1 − cos to the intact sentence vector; never a loss: it
    cannot fall. ``retrieval``, of pairs with a second
    sentence: −ln p of it among all intact second sentences.
    """
    return OF[asked_of(model)]
