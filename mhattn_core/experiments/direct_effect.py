"""What each head adds to the score of one next word by itself, past all later layers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.models.model import Model

CLOSE = 1e-3
"""How far two numbers may lie apart, as a share of the largest, and still be the same."""


@dataclass(frozen=True, eq=False)
class LogitReading:
    """How one position's scores are read off the sum of everything that was added to it, its last norm held as it is.

    ``scale`` ``[dimension]``: what the norm multiplies each dimension by, its statistics frozen; ``centred``: whether
    it takes the mean away first.
    ``unembedding`` ``[token, dimension]``; ``scores`` ``[token]``, before the softmax.
    """

    scale: np.ndarray
    centred: bool
    unembedding: np.ndarray
    scores: np.ndarray

    def effects(self, added: np.ndarray, token: int) -> np.ndarray:
        """What vectors ``[..., dimension]`` add to the score of ``token``, against the mean score of all tokens:
        ``[...]``.

        A score means something only beside others; the same number added to all changes nothing.
        Linear: the effects of all parts of a position, heads, feed-forward layers and embedding, add up to its score
        but for the norm's and the head's own bias.
        Source: Elhage et al. 2021, "logit attribution" of direct paths.
        """
        direction = self.unembedding[token] - self.unembedding.mean(axis=0)
        wide = added.astype(np.float64)
        wide = wide - wide.mean(axis=-1, keepdims=True) if self.centred else wide
        return np.asarray(wide @ (self.scale * direction))


def reading(seen: AttentionResult, position: int) -> LogitReading | None:
    """``reading_of`` the model on what it was fed."""
    return reading_of(seen.model, seen.inputs, position)


@torch.no_grad()
def reading_of(model: Model, inputs: Mapping[str, Tensor], position: int) -> LogitReading | None:
    """How the scores after ``position`` of a decoder are made; None where what a head adds does not reach them as a
    sum. inputs: of one text, as the network takes them.

    That it does is checked by value, since families name and order their modules differently: each layer must give out
    what it was given, plus what its attention's projections give out, plus what one other module of it gives out, and
    the score's input must be one norm of the last sum. So it is None for networks that normalise after adding (BERT,
    Marian), put norms behind the projection (Gemma 2), scale their layers or scores, or have no language head.
    """
    embeddings = model.network.get_output_embeddings() if model.head == "language" else None
    if embeddings is None or "decoder" not in model.stacks:
        return None
    own = OwnModules.of(model)
    head, ran = own.copies[embeddings], _ran(own.network)
    output = own.network(**inputs, output_hidden_states=True, use_cache=False)
    states = output.decoder_hidden_states if "cross" in model.stacks else output.hidden_states
    (asked,) = [call for call in ran if call.module is head]
    norm = _norm_before(ran, asked)
    if norm is None or not _same(output.logits, asked.gave):
        return None
    if not _is_a_sum(_projections(model, own), ran, [*states[:-1], norm.given]):
        return None
    read = _read_off(norm, asked.given, position)
    if read is None:
        return None
    scale, centred = read
    return LogitReading(
        scale, centred, embeddings.weight.double().cpu().numpy(), asked.gave[0, position].double().cpu().numpy()
    )


@dataclass(frozen=True, eq=False)
class _Ran:
    module: nn.Module
    given: Tensor
    gave: Tensor


def _ran(network: nn.Module) -> list[_Ran]:
    """Where the modules of a network of one's own that make one tensor of one tensor will stand, as they end."""
    ran: list[_Ran] = []

    def keep(module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        first = output[0] if isinstance(output, tuple) and output else output
        if inputs and isinstance(inputs[0], Tensor) and isinstance(first, Tensor) and first.is_floating_point():
            ran.append(_Ran(module, inputs[0], first))

    for module in network.modules():
        module.register_forward_hook(keep)
    return ran


def _norm_before(ran: list[_Ran], asked: _Ran) -> _Ran | None:
    """The innermost module that gave out what the head is asked with, but for one factor (T5's), and did something to
    it.
    """
    for call in ran:
        if call.gave.shape == asked.given.shape == call.given.shape and not _same(call.gave, call.given):
            factor = asked.given.norm() / call.gave.norm()
            if not any(call.module.children()) and _same(factor * call.gave, asked.given):
                return call
    return None


def _projections(model: Model, own: OwnModules) -> list[list[nn.Module | None]]:
    """The output projections of each stack of the decoder, layer by layer; None where none was found."""
    return [
        [None if site.projection is None else own.copies[site.projection] for site in model.attention.sites[stack]]
        for stack in ("decoder", "cross")
        if stack in model.stacks
    ]


def _is_a_sum(projections: list[list[nn.Module | None]], ran: list[_Ran], states: list[Tensor]) -> bool:
    """Whether each state is the one before it, plus the attention's projections, plus one more module's output."""
    if len(states) != len(projections[0]) + 1:
        return False
    gave = {id(call.module): call.gave for call in ran}
    for before, after, here in zip(states, states[1:], zip(*projections, strict=True), strict=False):
        if any(projection is None or id(projection) not in gave for projection in here):
            return False
        rest = after - before - sum(gave[id(projection)].reshape(before.shape) for projection in here)
        if _same(after - rest, after):
            continue  # a network of attention layers only
        if not any(call.gave.numel() == rest.numel() and _same(call.gave.reshape(rest.shape), rest) for call in ran):
            return False
    return True


def _read_off(norm: _Ran, asked: Tensor, position: int) -> tuple[np.ndarray, bool] | None:
    """What the norm multiplies each dimension of one position by, and whether it takes the mean away; None where it is
    no such norm.
    """
    given, wanted = norm.given[0, position].double(), asked[0, position].double()

    def apply(vector: Tensor) -> Tensor:
        like = vector.to(norm.given).expand_as(norm.given).contiguous()
        return norm.module(like)[0, position].double()

    # Of mean 0 and root mean square 1: the norm leaves it alone but for its own weight and bias.
    probe = torch.ones_like(given)
    probe[::2] = -1
    bias = apply(torch.zeros_like(given))
    weight = (apply(probe) - bias) / probe
    centred = bool(_same(apply(probe + 1), apply(probe)))
    inside = weight * (given - given.mean() if centred else given)
    factor = float(asked.norm() / norm.gave.norm())
    over = float(inside @ (wanted - factor * bias) / (inside @ inside))
    if not _same(over * inside + factor * bias, wanted):
        return None
    return (over * weight).cpu().numpy(), centred


def _same(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).abs().max() <= CLOSE * other.abs().max().clamp(min=1e-9))
