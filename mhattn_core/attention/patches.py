"""A head of one run given something that it has in another: its output, its queries, keys or values, or its weights."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.tap.interface import Call, eager_function

PatchKind = Literal["patch_output", "patch_query", "patch_key", "patch_value", "patch_pattern"]
At = tuple[Bool[Tensor, "row query"], Bool[Tensor, "row key"]]
"""The queries and the keys at which a patch is put."""
Patch = Callable[[Call, int, Call, At], Float[Tensor, "row query dimension"]]


def _output(call: Call, head: int, other: Call, at: At) -> Float[Tensor, "row query dimension"]:
    return torch.where(at[0][..., None], other.output[:, :, head], call.output[:, :, head])


def _pattern(call: Call, head: int, other: Call, at: At) -> Float[Tensor, "row query dimension"]:
    """The weights of the other run on the values of this one."""
    _query, _key, value = _known(call)
    weights = torch.where(at[0][..., None], other.pattern[:, head], call.pattern[:, head])
    return weights @ value[:, _group(call, head)]


def _value(call: Call, head: int, other: Call, at: At) -> Float[Tensor, "row query dimension"]:
    """The weights of this run on the values of the other."""
    own, others = (_known(of_run)[2][:, _group(call, head)] for of_run in (call, other))
    return call.pattern[:, head] @ torch.where(at[1][..., None], others, own)


def _query(call: Call, head: int, other: Call, at: At) -> Float[Tensor, "row query dimension"]:
    """As the network itself attends, with this head's queries of the other run."""
    query, key, value = _known(call)
    return _attended(call, _with(query, head, _known(other)[0], at[0]), key, value)[:, :, head]


def _key(call: Call, head: int, other: Call, at: At) -> Float[Tensor, "row query dimension"]:
    """The same with keys. Those that several heads share are replaced for this head alone."""
    query, key, value = _known(call)
    return _attended(call, query, _with(key, _group(call, head), _known(other)[1], at[1]), value)[:, :, head]


PATCHES: Mapping[PatchKind, Patch] = {
    "patch_output": _output,
    "patch_query": _query,
    "patch_key": _key,
    "patch_value": _value,
    "patch_pattern": _pattern,
}


def _known(call: Call) -> tuple[Tensor, Tensor, Tensor]:
    if call.query is None or call.key is None or call.value is None:
        raise ValueError("This call does not tell its queries, keys and values.")
    return call.query, call.key, call.value


def _group(call: Call, head: int) -> int:
    """The key/value head that a head reads."""
    return head * _known(call)[2].shape[1] // call.pattern.shape[1]


def _with(own: Tensor, head: int, other: Tensor, at: Bool[Tensor, "row position"]) -> Tensor:
    replaced = own.clone()
    replaced[:, head] = torch.where(at[..., None], other[:, head], own[:, head])
    return replaced


def _attended(call: Call, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """By the family's own function, so that scaling, biases, caps and sinks are its own."""
    if call.module is None:
        raise ValueError("This call does not tell its module.")
    eager: Callable[..., tuple[Tensor, Any]] = eager_function(type(call.module))  # type: ignore[arg-type]  # classes are hashable
    return eager(call.module, query, key, value, call.mask, **call.options)[0]
