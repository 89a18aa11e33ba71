"""What each head adds to the score of one next word by itself, past all later layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.experiments.residual import Norm, Ran, is_a_sum, norm_before, norm_of, same, watch_modules
from mhattn_core.models.model import Model


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
    sum (see ``readout``). inputs: of one text, as the network takes them.
    """
    found = readout(model, inputs)
    if found is None:
        return None
    with watch_modules([found.before, found.head]) as ran:
        found.own.network(**inputs, use_cache=False)
    given, asked = found.given_and_asked(ran)
    scale = found.scale(given[0, position], asked[0, position])
    if scale is None:
        return None
    scores = next(call for call in ran if call.module is found.head).gave[0, position].double()
    unembedding = found.unembedding.double().cpu().numpy()
    return LogitReading(scale.cpu().numpy(), found.norm.centred, unembedding, scores.cpu().numpy())


@dataclass(frozen=True, eq=False)
class Readout:
    """How a network's scores are made of its last sum: modules of one's own, the last norm and the head among them;
    factor: of what the norm gives, before the head (T5).
    """

    own: OwnModules
    before: nn.Module
    head: nn.Module
    unembedding: Float[Tensor, "token dimension"]
    norm: Norm
    factor: float

    def given_and_asked(self, ran: Sequence[Ran]) -> tuple[Tensor, Tensor]:
        """Of modules that ran: the last sum, and what the head is asked with, ``[row, position, dimension]``."""
        of = {id(call.module): call.given for call in ran}
        return of[id(self.before)], of[id(self.head)]

    def scale(
        self, given: Float[Tensor, "*position dimension"], asked: Float[Tensor, "*position dimension"]
    ) -> Float[Tensor, "*position dimension"] | None:
        """What each dimension of a sum is multiplied by, the norm's statistics held as they are; None where the norm
        does something else.
        """
        scale = self.norm.scale_of(given.double(), asked.double(), self.factor)
        return None if scale is None else scale * self.norm.weight


@torch.no_grad()
def readout(model: Model, inputs: Mapping[str, Tensor]) -> Readout | None:
    """How the scores of a decoder are made, told on these inputs; None where what heads add does not reach them as a
    sum.

    That it does is checked by value, since families name and order their modules differently: each layer must give out
    what it was given, plus what its attention's projections give out, plus what one other module of it gives out, and
    the score's input must be one norm of the last sum. So it is None for networks that normalise after adding (BERT,
    Marian), put norms behind the projection (Gemma 2), scale their layers or scores, or have no language head.
    """
    embeddings = model.network.get_output_embeddings() if model.head == "language" else None
    if embeddings is None or "decoder" not in model.stacks:
        return None
    own = OwnModules.of(model)
    head = own.copies[embeddings]
    with watch_modules(own.network.modules()) as ran:
        output = own.network(**inputs, output_hidden_states=True, use_cache=False)
    states = output.decoder_hidden_states if "cross" in model.stacks else output.hidden_states
    (asked,) = [call for call in ran if call.module is head]
    before = norm_before(ran, asked)
    if before is None or not same(output.logits, asked.gave):
        return None
    norm = norm_of(before)
    if norm is None or not is_a_sum(_projections(model, own), ran, [*states[:-1], before.given]):
        return None
    return Readout(own, before.module, head, embeddings.weight, norm, float(asked.given.norm() / before.gave.norm()))


def _projections(model: Model, own: OwnModules) -> list[list[nn.Module | None]]:
    """The output projections of each stack of the decoder, layer by layer; None where none was found."""
    return [
        [None if site.projection is None else own.copies[site.projection] for site in model.attention.sites[stack]]
        for stack in ("decoder", "cross")
        if stack in model.stacks
    ]
