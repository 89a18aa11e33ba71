"""What a program allowed torch to round, such as in training, is not rounded while a network is watched."""

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
import torch
from cases import batch, case_of, family_named, run

from mhattn_core.tap.full_precision import full_precision

PRODUCTS: list[Any] = [torch.backends.cuda.matmul, torch.backends.cudnn.conv]  # type: ignore[attr-defined]
FULL, ROUNDED = ["ieee", "ieee"], ["tf32", "tf32"]


def precisions() -> list[str]:
    return [product.fp32_precision for product in PRODUCTS]


@pytest.fixture
def rounding() -> Iterator[None]:
    before = precisions()
    for product in PRODUCTS:
        product.fp32_precision = "tf32"
    yield
    for product, precision in zip(PRODUCTS, before, strict=True):
        product.fp32_precision = precision


@pytest.mark.usefixtures("rounding")
@pytest.mark.parametrize("family", ["llama", "gptj"])
def test_a_watched_network_multiplies_in_full(family: str) -> None:
    """On the tap, and without it."""
    case = case_of(family_named(family))
    seen: list[list[str]] = []

    def watch(_call: Any) -> None:
        seen.append(precisions())

    with case.attention.watching(watch):
        run(case.tapped, batch(case, "none"))
    assert seen
    assert all(one == FULL for one in seen)
    assert precisions() == ROUNDED


@pytest.mark.usefixtures("rounding")
def test_it_holds_until_the_last_thread_is_done() -> None:
    inside, leave = Barrier(2), Barrier(2)

    def other() -> None:
        with full_precision():
            inside.wait(20)
            leave.wait(20)

    thread = Thread(target=other)
    with full_precision():
        thread.start()
        inside.wait(20)
    assert precisions() == FULL
    leave.wait(20)
    thread.join()
    assert precisions() == ROUNDED


@pytest.mark.usefixtures("rounding")
def test_a_fault_inside_restores_it() -> None:
    with pytest.raises(ZeroDivisionError), full_precision():
        _ = 1 / 0
    assert precisions() == ROUNDED
