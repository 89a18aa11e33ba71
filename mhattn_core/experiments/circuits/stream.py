"""The stream that layers read from and add to: from the embedding of a token to what a head reads, and from what it
writes to the scores of tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.circuits.weights import read_by_attention
from mhattn_core.experiments.residual import Norm, Ran, is_a_sum, norm_before, norm_of, same, watch_modules
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.tap.dummy import dummy_inputs

TOKENS = 8192
"""Rows of an embedding that are normalised at once."""


@dataclass(frozen=True, eq=False)
class Stream:
    """One stack of a network whose layers add to a stream of ``width`` dimensions. reads: of each layer that attends, the norm through which it
    reads the stream; None where it reads it as it is. last: the norm before the language head. embedding,
    unembedding: ``[token, dimension]``, the latter less its mean over tokens; last, embedding and unembedding are None
    where what is added does not reach scores of tokens as a sum.
    """

    width: int
    reads: Mapping[int, Norm | None]
    last: Norm | None
    embedding: Float[Tensor, "token dimension"] | None
    unembedding: Float[Tensor, "token dimension"] | None

    def read_token(self, layer: int, vectors: Float[Tensor, "*batch dimension"]) -> Float[Tensor, "*batch dimension"]:
        """What a layer would read if the stream held these embeddings alone."""
        norm = self.reads[layer]
        return vectors if norm is None else norm.alone(vectors)

    @cached_property
    def _cores(self) -> dict[tuple[int, ...], Tensor]:
        return {}

    def through_tokens(self, layer: int) -> Float[Tensor, "dimension dimension"]:
        """Σ over tokens of ``unembedding[t] ⊗ read_token(embedding[t])``: W_U and W_E, multiplied along the vocabulary.

        Raises NotAvailable as ``require_scores``.
        """
        embedding, unembedding = self.require_scores()
        norm = self.reads[layer]
        key = () if norm is None else (int(norm.centred),)
        if key not in self._cores:
            plain = (
                None if norm is None else Norm(torch.ones_like(norm.weight), torch.zeros_like(norm.bias), norm.centred)
            )
            core = torch.zeros(embedding.shape[1], embedding.shape[1], dtype=torch.double)
            for start in range(0, len(embedding), TOKENS):
                some = embedding[start : start + TOKENS].double()
                core += unembedding[start : start + TOKENS].double().T @ (some if plain is None else plain.alone(some))
            self._cores[key] = core.float()
        return self._cores[key] if norm is None else self._cores[key] * norm.weight.float()

    def require_scores(self) -> tuple[Tensor, Tensor]:
        """Embedding and unembedding. Raises NotAvailable where there is no way from one to the other."""
        if self.embedding is None or self.unembedding is None:
            raise NotAvailable(
                _(
                    "What this model's heads add reaches no scores of tokens as a sum: it has no language head, or one "
                    "that is more than a norm and a matrix."
                ),
                _("Choose a causal model, such as smollm2."),
            )
        return self.embedding, self.unembedding


@torch.no_grad()
def stream_of(model: Model) -> Stream:
    """The stream of a model of one stack, checked by value on a few tokens (see ``residual``).

    Raises NotAvailable for a model of several stacks, and where a layer is more than a sum: where it normalises after
    adding (BERT), scales what it adds, or puts a norm behind W_O.
    """
    if len(model.stacks) != 1 or not model.attention.gives_values:
        raise NotAvailable(
            _(
                "Heads of {name} cannot be taken apart by their weights: it has several stacks, or an attention of its own."
            ).format(name=model.name),
            _("Choose a model of one stack, such as smollm2."),
        )
    (stack,) = model.stacks
    own = OwnModules.of(model)
    given = _given_to_attention(own, stack)
    with watch_modules(own.network.modules()) as ran:
        output = own.network(**dummy_inputs(model.network), output_hidden_states=True)
    states: Sequence[Tensor] = output.hidden_states
    sites = model.attention.sites[stack]
    projections = [None if site.projection is None else own.copies[site.projection] for site in sites]
    layers = model.attention.attending(stack)
    if len(given) != len(layers) or not is_a_sum([projections[:-1]], ran, states[:-1]):
        raise NotAvailable(
            _(
                "Not available for {name}: its layers do not add to one stream. Layers that normalise after adding, as "
                "those of BERT and Marian, change on the way what a head has written."
            ).format(name=model.name),
            _("Choose a model that normalises before its layers, such as smollm2."),
        )
    reads = {layer: _norm_between(ran, states[layer], read, model) for layer, read in zip(layers, given, strict=True)}
    return Stream(states[0].shape[-1], reads, *_scores(model, own, ran, output, projections))


def _scores(
    model: Model, own: OwnModules, ran: Sequence[Ran], output: Any, projections: Sequence[nn.Module | None]
) -> tuple[Norm | None, Tensor | None, Tensor | None]:
    """Last norm, embedding and unembedding; None where scores are made in another way."""
    none = (None, None, None)
    out = model.network.get_output_embeddings() if model.head == "language" else None
    embedding = model.network.get_input_embeddings().weight
    if out is None:
        return none
    (asked,) = [call for call in ran if call.module is own.copies[out]]
    before = norm_before(ran, asked)
    if before is None or not same(output.logits, asked.gave) or embedding.shape != out.weight.shape:
        return none
    norm = norm_of(before)
    if norm is None or not is_a_sum([projections], ran, [*output.hidden_states[:-1], before.given]):
        return none
    unembedding = out.weight.float().cpu()
    return _on_cpu(norm), embedding.float().cpu(), unembedding - unembedding.mean(dim=0)


def _norm_between(ran: Sequence[Ran], state: Tensor, read: Tensor, model: Model) -> Norm | None:
    """The norm between the stream and what a layer reads; None where there is nothing between them."""
    if same(state, read):
        return None
    for call in ran:
        if call.given.shape == state.shape == call.gave.shape and same(call.given, state) and same(call.gave, read):
            norm = norm_of(call)
            if norm is not None:
                return _on_cpu(norm)
    raise NotAvailable(
        _("Not available for {name}: between its layers and what its heads read stands more than a norm.").format(
            name=model.name
        ),
        _("Choose a model that normalises before its layers, such as smollm2."),
    )


def _given_to_attention(own: OwnModules, stack: str) -> list[Tensor]:
    """Where what each attention module of the stack reads will stand, in the order of layers."""
    given: list[Tensor] = []

    def keep(_module: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        if (read := read_by_attention(inputs, named)) is not None:
            given.append(read)

    for module, of in own.stack_of.items():
        if of == stack:
            module.register_forward_pre_hook(keep, with_kwargs=True)
    return given


def _on_cpu(norm: Norm) -> Norm:
    return Norm(norm.weight.cpu(), norm.bias.cpu(), norm.centred)
