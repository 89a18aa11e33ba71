"""The same model with weights that have learned nothing: what its architecture scores by itself."""

from dataclasses import replace

from mhattn_core.models.control_names import RANDOM, Control, with_control
from mhattn_core.models.model import Model
from mhattn_core.models.random_weights import with_random_weights
from mhattn_core.models.shuffled_weights import with_shuffled_weights
from mhattn_core.tap.survey import survey


def random_control(model: Model, seed: int = 0, control: Control = RANDOM) -> Model:
    """``model``'s architecture and tokenizer with random or shuffled weights; seed 0 is what ``load`` gives for
    NAME@random and NAME@shuffled.

    The two share the tokenizer and its lock. A translator's control is shown the words that the trained model writes.
    """
    weights = with_random_weights if control == RANDOM else with_shuffled_weights
    network = weights(model.network, seed).to(model.network.device, model.network.dtype).eval().requires_grad_(False)
    writes = "cross" in model.stacks and model.head == "language"
    return replace(
        model,
        name=with_control(model.name, control),
        revision=with_control(model.revision, control),
        network=network,
        attention=survey(network),
        writer=(model.writer or model) if writes else None,
    )
