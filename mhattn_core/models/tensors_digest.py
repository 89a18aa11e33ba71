"""SHA-256 of weights in memory."""

import hashlib
from typing import Any

import torch
from torch import Tensor, nn


def tensors_digest(network: nn.Module) -> str:
    """Twelve hexadecimal digits that name the weights which a network has in memory, by name and value."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        digest.update(name.encode())
        _add(digest, value)
    return digest.hexdigest()[:12]


def _add(digest: "hashlib._Hash", value: Any) -> None:
    if isinstance(value, Tensor):
        plain = (value.int_repr() if value.is_quantized else value.detach()).cpu().contiguous().flatten()
        digest.update(plain.view(torch.uint8).numpy().tobytes())
    elif isinstance(value, tuple | list):  # packed weights: a tensor with its bias
        for part in value:
            _add(digest, part)
    else:
        digest.update(repr(value).encode())
