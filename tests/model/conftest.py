"""What tests of tiny networks share."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from cases import family_named, model_of

import mhattn_core as mh


@pytest.fixture(scope="module", autouse=True)
def _one_core_each() -> Iterator[None]:
    """Tensors this small only lose time to threads that wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def llama() -> mh.Model:
    return model_of(family_named("llama"))


@pytest.fixture(scope="module")
def encoder() -> mh.Model:
    return replace(model_of(family_named("bert")), head=None)
