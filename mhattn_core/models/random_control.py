"""The same model with other random weights: what an architecture scores that has learned nothing."""

from dataclasses import replace
from threading import RLock

from mhattn_core.models.model import Model
from mhattn_core.models.random_weights import with_random_weights
from mhattn_core.models.sources import RANDOM
from mhattn_core.tap import survey


def random_control(model: Model, seed: int) -> Model:
    """``model``'s architecture and tokenizer with weights from ``seed``; seed 0 is what ``load`` gives for NAME@random."""
    network = with_random_weights(model.network, seed).to(model.network.device).eval().requires_grad_(False)
    name, revision = (text.removesuffix(RANDOM) + RANDOM for text in (model.name, model.revision))
    return replace(model, name=name, revision=revision, network=network, attention=survey(network), tokenizing=RLock())
