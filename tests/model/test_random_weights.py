"""Seeded random weights: the draws of ``torch.manual_seed``, whatever other threads build or draw meanwhile."""

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
import torch
from families import ON_THEIR_OWN, READABLE, Family
from tiny import put_translator
from torch import Tensor, nn
from transformers import PreTrainedModel

import mhattn_core as mh
from mhattn_core.models.random_control import random_control
from mhattn_core.models.random_weights import SeededDraws, with_random_weights

THREADS, ROUNDS = 4, 6
BERT, GPT2, MARIAN = (next(family for family in READABLE if family.name == name) for name in ("bert", "gpt2", "marian"))


@pytest.fixture(autouse=True)
def _global_generator() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        yield


def drawn_alone(network: PreTrainedModel, seed: int) -> dict[str, Tensor]:
    """What transformers makes of the global generator, with nobody else there."""
    torch.manual_seed(seed)
    return dict(type(network)._from_config(copy.deepcopy(network.config), attn_implementation="eager").state_dict())


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What they return, all begun at the same moment."""
    begin = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        begin.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.parametrize("family", [*READABLE, *ON_THEIR_OWN], ids=lambda family: family.name)
def test_weights_are_those_that_the_seed_gives_alone(family: Family) -> None:
    network = family.build("eager")
    expected = drawn_alone(network, 3)
    torch.manual_seed(9)
    before = torch.get_rng_state()
    assert equal(dict(with_random_weights(network, 3).state_dict()), expected)
    assert torch.equal(torch.get_rng_state(), before)


def test_threads_disturb_neither_one_another_nor_who_draws_from_the_global_generator() -> None:
    networks = [family.build("eager") for family in (BERT, GPT2, MARIAN)]
    expected = [[drawn_alone(network, seed) for seed in range(ROUNDS)] for network in networks]
    torch.manual_seed(5)
    sequence = torch.rand(20_000)
    torch.manual_seed(5)
    ended = Event()

    def build(network: PreTrainedModel) -> list[dict[str, Tensor]]:
        return [dict(with_random_weights(network, seed).state_dict()) for seed in range(ROUNDS)]

    def build_all() -> list[list[dict[str, Tensor]]]:
        try:
            return [*map(build, networks)]
        finally:
            ended.set()

    def draw() -> Tensor:
        drawn = []
        while not ended.is_set() and len(drawn) < len(sequence):
            drawn.append(torch.rand(1))
        return torch.cat([*drawn, torch.rand(len(sequence) - len(drawn))]) if drawn else torch.rand(len(sequence))

    *built, drawn = at_once(*[build_all] * THREADS, draw)
    for result in built:
        assert all(
            equal(*pair) for one, other in zip(result, expected, strict=True) for pair in zip(one, other, strict=True)
        )
    # torch.rand(n) and n times torch.rand(1) draw the same numbers.
    assert torch.equal(drawn, sequence)


def test_networks_built_while_others_load_are_tied(tmp_path: Path) -> None:
    tie = PreTrainedModel.tie_weights
    model = mh.load(str(put_translator(tmp_path, "bart")), device="cpu")

    def twin() -> list[PreTrainedModel]:
        return [random_control(model, 0).network for _round in range(ROUNDS)]

    def load() -> list[PreTrainedModel]:
        return [mh.load(str(tmp_path), device="cpu").network for _round in range(ROUNDS)]

    for networks in at_once(twin, load, twin, load):
        for network in networks:
            assert network.get_output_embeddings().weight is network.get_input_embeddings().weight
    assert PreTrainedModel.tie_weights is tie


def test_every_kind_of_draw_is_seeded_or_refused() -> None:
    def draws() -> list[Tensor]:
        return [
            torch.randn(3, 5),
            torch.rand(4),
            torch.randint(7, (6,)),
            torch.randint(2, 9, (6,)),
            torch.randperm(8),
            torch.normal(0.0, 2.0, (5,)),
            torch.bernoulli(torch.full((9,), 0.5)),
            torch.empty(20).exponential_(),
            torch.rand_like(torch.empty(3)),
            nn.init.orthogonal_(torch.empty(4, 3)),
            nn.init.trunc_normal_(torch.empty(30)),
            nn.init.kaiming_uniform_(torch.empty(5, 2)),
        ]

    torch.manual_seed(2)
    expected = draws()
    before = torch.get_rng_state()
    with SeededDraws(2):
        assert all(torch.equal(*pair) for pair in zip(draws(), expected, strict=True))
        own = torch.Generator().manual_seed(4)
        assert torch.equal(torch.rand(3, generator=own), torch.rand(3, generator=torch.Generator().manual_seed(4)))
        with pytest.raises(LookupError, match="dropout"):
            torch.native_dropout(torch.ones(9), 0.5, True)
    assert torch.equal(torch.get_rng_state(), before)
