"""The same model with weights that have learned nothing: what its architecture scores by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from transformers import PreTrainedModel

from mhattn_core.models.control_names import RANDOM, Control, with_control
from mhattn_core.models.model import Model
from mhattn_core.models.random_weights import with_random_weights
from mhattn_core.models.shuffled_weights import reshuffled, with_shuffled_weights
from mhattn_core.tap.survey import survey


def random_control(model: Model, seed: int = 0, control: Control = RANDOM) -> Model:
    """``model``'s architecture and tokenizer with random or shuffled weights; seed 0 is what ``load`` gives for
    NAME@random and NAME@shuffled.

    The two share the tokenizer and its lock. A translator's control is shown the words that the trained model writes.
    """
    weights = with_random_weights if control == RANDOM else with_shuffled_weights
    return _control(model, weights(model.network, seed), control)


def random_controls(model: Model, seeds: Sequence[int], control: Control = RANDOM) -> Iterator[Model]:
    """``random_control`` of each seed in turn, faster; each is to be used before the next is asked for, which may take
    its network (see ``reshuffled``).
    """
    drawn = (with_random_weights(model.network, seed) for seed in seeds)
    networks: Iterator[PreTrainedModel] = drawn if control == RANDOM else reshuffled(model.network, seeds)
    for network in networks:
        yield _control(model, network, control)


def _control(model: Model, network: PreTrainedModel, control: Control) -> Model:
    network = network.to(model.network.device, model.network.dtype).eval().requires_grad_(False)
    writes = "cross" in model.stacks and model.head == "language"
    return replace(
        model,
        name=with_control(model.name, control),
        revision=with_control(model.revision, control),
        network=network,
        attention=survey(network),
        writer=(model.writer or model) if writes else None,
    )
