"""On a GPU products of float32 stay products of float32 while a network is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch

_PRODUCTS: tuple[Any, ...] = (torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn)  # type: ignore[attr-defined]  # made when asked for
_FULL = "ieee"
_lock = Lock()
_inside = 0
_before: list[str] = []


@contextmanager
def full_precision() -> Iterator[None]:
    """TF32 does not stand in for float32 on a GPU, whatever the program has asked torch for, such as to train
    faster; that holds again afterwards. The setting is the process's own: of many threads the last one out restores it.
    """
    global _inside
    with _lock:
        if not _inside:
            _before[:] = [product.fp32_precision for product in _PRODUCTS]
            _set([_FULL] * len(_PRODUCTS))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _set(_before)


def _set(precisions: list[str]) -> None:
    for product, precision in zip(_PRODUCTS, precisions, strict=True):
        product.fp32_precision = precision
