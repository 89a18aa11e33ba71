"""The matrices of each head, found by value: what an attention module makes of single dimensions of what it reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.attention.values import rows_of_heads
from mhattn_core.experiments.residual import same
from mhattn_core.models.model import Model
from mhattn_core.tap.dummy import dummy_inputs
from mhattn_core.tap.interface import Call

ROWS = 512
"""Vectors that go through the network at once."""
READ = "hidden_states"
"""What attention modules call what they read."""

Matrices = Float[Tensor, "head model_dimension dimension"]


@dataclass(frozen=True, eq=False)
class HeadMatrices:
    """One layer's heads, of row vectors: a head's query of x is ``x @ query[head]``, biases left out, at the first
    position, where a rotation by position turns nothing. Heads that share keys and values have the same ones here.

    None: what is asked, compared or carried is no linear map of what the layer reads. output ``[head, dimension, model
    dimension]``: None behind a gate, or where W_O was not found.
    """

    layer: int
    query: Matrices | None
    key: Matrices | None
    value: Matrices | None
    output: Float[Tensor, "head dimension model_dimension"] | None


@torch.no_grad()
def head_matrices(model: Model, stack: str) -> list[HeadMatrices]:
    """Those of each layer that attends, float32 on the CPU, in order; none for a network whose queries, keys and values
    cannot be read, or whose attention does not read one vector a position.

    Each dimension alone, nothing, and a random vector are put in the place of what every attention module of the stack
    reads; that the answers are linear is checked on the random one.
    """
    if not model.attention.gives_values:
        return []
    own = OwnModules.of(model)
    modules = [module for module, of in own.stack_of.items() if of == stack]
    size = _width(model, own, modules)
    if size is None:
        return []
    random = torch.randn(size, generator=torch.Generator().manual_seed(0))
    asked = torch.cat([torch.zeros(1, size), torch.eye(size), random[None]])
    answers: dict[int, dict[str, list[Tensor]]] = {}

    def watch(call: Call) -> None:
        if call.stack == stack:
            kept = answers.setdefault(call.layer, {"query": [], "key": [], "value": []})
            for name, tensor in (("query", call.query), ("key", call.key), ("value", call.value)):
                if tensor is not None:
                    kept[name].append(tensor[:, :, 0].float().cpu())

    for part in (asked[start : start + ROWS] for start in range(0, len(asked), ROWS)):
        with _reading(modules, part), own.watching(watch):
            own.network.base_model(**_inputs(model, len(part)))  # type: ignore[operator]
    return list(_layers(model, stack, answers, random))


def _layers(
    model: Model, stack: str, answers: Mapping[int, Mapping[str, list[Tensor]]], random: Tensor
) -> Iterator[HeadMatrices]:
    for layer, of_layer in sorted(answers.items()):
        site = model.attention.sites[stack][layer]
        found = {name: _linear(torch.cat(parts), random, site.heads) for name, parts in of_layer.items() if parts}
        value, output = found.get("value"), None
        if value is not None and site.projection is not None and not site.gated:
            output = rows_of_heads(site.projection, site.heads, value.shape[-1]).float().cpu()
        yield HeadMatrices(layer, found.get("query"), found.get("key"), value, output)


def _linear(answers: Float[Tensor, "asked head dimension"], random: Tensor, heads: int) -> Matrices | None:
    """What makes the answers to single dimensions, of every head; None where it does not make that to a random vector."""
    moved = answers[1:] - answers[0]
    if not same(torch.einsum("m,mhd->hd", random, moved[:-1]), moved[-1]):
        return None
    return moved[:-1].transpose(0, 1).repeat_interleave(heads // moved.shape[1], dim=0).contiguous()


def _inputs(model: Model, rows: int) -> dict[str, Tensor]:
    """Two ordinary tokens, so many times."""
    return {name: tensor[:, :2].repeat(rows, 1) for name, tensor in dummy_inputs(model.network).items()}


def _width(model: Model, own: OwnModules, modules: Sequence[nn.Module]) -> int | None:
    """How many dimensions what they read has; None where they do not all read vectors of one size."""
    sizes: set[int | None] = set()

    def look(_module: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        read = read_by_attention(given, named)
        sizes.add(read.shape[-1] if read is not None and read.dim() == 3 else None)

    handles = [module.register_forward_pre_hook(look, with_kwargs=True) for module in modules]
    try:
        own.network.base_model(**dummy_inputs(model.network))  # type: ignore[operator]
    finally:
        for handle in handles:
            handle.remove()
    return sizes.pop() if len(sizes) == 1 else None


def read_by_attention(given: tuple[Any, ...], named: Mapping[str, Any]) -> Tensor | None:
    """Of the arguments of an attention module, the vectors that it reads; None where it is given none."""
    read = given[0] if given else named.get(READ)
    return read if isinstance(read, Tensor) and read.is_floating_point() else None


@contextmanager
def _reading(modules: Sequence[nn.Module], vectors: Float[Tensor, "row dimension"]) -> Iterator[None]:
    """Within it, what the modules read is replaced: each row of a batch by one vector, at all positions."""
    replace = partial(_replaced, vectors)
    handles = [module.register_forward_pre_hook(replace, with_kwargs=True) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _replaced(
    vectors: Tensor, _module: nn.Module, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    read = read_by_attention(given, named)
    if read is None:
        return given, named
    new = vectors[:, None].to(read).expand_as(read).contiguous()
    return ((new, *given[1:]), named) if given else (given, {**named, READ: new})
