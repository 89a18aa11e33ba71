"""Random controls: what of a trained model they keep, and what none of them can have learned."""

from pathlib import Path

import numpy as np
import pytest
import torch
from families import ON_THEIR_OWN, READABLE, Family
from loaded import loaded
from tiny import put_translator
from torch import Tensor

import mhattn_core as mh
from mhattn_core.models.control_names import (
    CONTROLS,
    RANDOM,
    SHUFFLED,
    Control,
    control_of,
    is_control,
    trained_name,
    with_control,
)
from mhattn_core.models.random_control import random_control, random_controls
from mhattn_core.models.random_weights import with_random_weights
from mhattn_core.models.resident import weight
from mhattn_core.models.shuffled_weights import with_shuffled_weights

FIRST_QUERY = "encoder.layer.0.attention.self.query.weight"
SENTENCES = [
    "Although the weather is bad, we still want to go out.",
    "The keys that the old man lost yesterday are on the kitchen table.",
    "Two boats left the harbour at dawn.",
]


def test_a_control_is_told_by_its_name() -> None:
    assert [control_of(name) for name in ("m", "m@random", "m@shuffled", "org/m@main")] == [
        None,
        RANDOM,
        SHUFFLED,
        None,
    ]
    assert [trained_name(name) for name in ("m", "m@random", "org/m@main@shuffled")] == ["m", "m", "org/m@main"]
    assert with_control("m@random", SHUFFLED) == with_control("m", SHUFFLED) == "m@shuffled"
    assert is_control("/a/folder@shuffled")
    assert not is_control("org/m@random-walk")


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def ordered(tensor: Tensor) -> Tensor:
    return tensor.flatten().sort().values


@pytest.mark.parametrize("family", [*READABLE, *ON_THEIR_OWN], ids=lambda family: family.name)
def test_shuffled_weights_keep_their_values_and_nothing_of_where_they_stood(family: Family) -> None:
    network = family.build("eager")
    # What transformers does not freeze when it builds a network is learned; tied tensors are named once.
    learned = [name for name, weight in with_random_weights(network).named_parameters() if weight.requires_grad]
    assert learned
    with torch.no_grad():
        for name in learned:  # biases begin as zeros and gains as ones, which no order tells apart
            own = network.get_parameter(name)
            own.add_(torch.randn(own.shape, generator=torch.Generator().manual_seed(1)))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    state = torch.get_rng_state()
    shuffled, again, other = (with_shuffled_weights(network, seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert equal(dict(network.state_dict()), before)  # the trained one is as it was
    assert equal(shuffled, again)
    for name in learned:
        assert torch.equal(ordered(shuffled[name]), ordered(before[name])), name
        if before[name].numel() > 8:
            assert not torch.equal(shuffled[name], before[name]), name
            assert not torch.equal(shuffled[name], other[name]), name
    tied = {network.get_parameter(name).data_ptr() for name in learned}
    fixed = [name for name, tensor in network.state_dict().items() if tensor.data_ptr() not in tied]
    assert all(torch.equal(shuffled[name], before[name]) for name in fixed)


def test_tied_weights_stay_tied_and_sinusoids_stand(tmp_path: Path) -> None:
    for family in ("bart", "marian"):
        model = mh.load(str(put_translator(tmp_path / family, family)), device="cpu")
        network = random_control(model, control=SHUFFLED).network
        assert network.get_output_embeddings().weight is network.get_input_embeddings().weight
        if family == "marian":
            positions = "model.encoder.embed_positions.weight"
            assert torch.equal(network.state_dict()[positions], model.network.state_dict()[positions])


def evenness(model: mh.Model) -> float:
    """Mean normalised entropy of all tokens' rows, of all heads."""
    rows = []
    for sentence in SENTENCES:
        weights = mh.attend(model, mh.SentencePair(sentence)).pattern("encoder").astype(float)
        rows.append(-(weights * np.log(np.maximum(weights, 1e-30))).sum(axis=-1) / np.log(weights.shape[-1]))
    return float(np.concatenate([part.ravel() for part in rows]).mean())


def test_default_weights_attend_evenly_and_shuffled_ones_by_the_scale_of_training() -> None:
    trained, random, shuffled = (evenness(loaded(name)) for name in ("minilm", "minilm@random", "minilm@shuffled"))
    assert trained < 0.7
    assert random > 0.99
    assert trained + 0.1 < shuffled < random - 0.03


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_is_loaded_by_name_as_it_is_made(control: Control) -> None:
    named, made = mh.load(with_control("minilm", control), device="cpu"), random_control(loaded("minilm"), 0, control)
    assert (
        (named.name, named.revision)
        == (made.name, made.revision)
        == (
            f"minilm{control}",
            f"{loaded('minilm').revision}{control}",
        )
    )
    for name, tensor in made.network.state_dict().items():
        assert torch.equal(tensor, named.network.state_dict()[name]), name
    assert named.writer is None


@pytest.mark.parametrize("control", CONTROLS)
def test_a_translators_control_is_shown_what_the_trained_model_writes(control: Control) -> None:
    trained = mh.load("marian-en-zh", device="cpu")
    model = mh.load(with_control("marian-en-zh", control), device="cpu")
    pair = mh.SentencePair("The cat sat on the mat.")
    assert mh.attend(model, pair).sentences["b"].text == mh.attend(trained, pair).sentences["b"].text
    assert weight(model) == 2 * weight(trained)
    assert random_control(model, 5).writer is model.writer


def test_controls_in_one_network_are_as_good_as_new_ones(minilm: mh.Model) -> None:
    table = minilm.network.embeddings.position_embeddings.weight
    seen = []
    for model in random_controls(minilm, range(3), SHUFFLED):
        own = model.network.state_dict()
        seen.append({name: own[name].clone() for name in ("embeddings.position_embeddings.weight", FIRST_QUERY)})
    for name, before in (("embeddings.position_embeddings.weight", table), (FIRST_QUERY, None)):
        trained = minilm.network.state_dict()[name] if before is None else before
        for one in seen:
            assert torch.equal(ordered(one[name]), ordered(trained))
        assert not torch.equal(seen[1][name], seen[0][name])
        assert not torch.equal(seen[2][name], seen[1][name])
    # Seed 0 is the control that has a name.
    assert torch.equal(seen[0][FIRST_QUERY], with_shuffled_weights(minilm.network, 0).state_dict()[FIRST_QUERY])
    # No row of the table stands where it stood.
    rows = [one["embeddings.position_embeddings.weight"] for one in seen]
    assert not (rows[0] == rows[1]).all(dim=1).any()
