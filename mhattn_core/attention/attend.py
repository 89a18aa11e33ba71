"""One pair through one model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.arrays.word_grid import WordAxis, WordGrid
from mhattn_core.attention.ablation import Ablation, ablated, check, check_stack
from mhattn_core.attention.layers import over_layers
from mhattn_core.attention.model_inputs import ModelInputs
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.replacements import pair_replacements
from mhattn_core.attention.token_kinds import Piece, unknown_share
from mhattn_core.attention.token_labels import readable
from mhattn_core.attention.values import contributions, head_values, value_norms
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.tap.gates import through_gates
from mhattn_core.tap.interface import Call
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import Sentence

NO_ABLATION: Ablation = {}
KEPT_BYTES = 32 * 2**20
"""A word grid above this is made anew each time: a server keeps many results."""


@dataclass(frozen=True, eq=False)
class AttentionResult:
    """What one model's heads did with one pair."""

    model: Model
    pair: SentencePair
    _feed: ModelInputs
    _patterns: Mapping[str, np.ndarray]
    _ablate: Ablation = field(default_factory=dict)
    _grids: dict[str, WordGrid] = field(default_factory=dict, init=False)

    @property
    def stacks(self) -> tuple[str, ...]:
        """``("encoder",)``, ``("decoder",)`` or ``("encoder", "decoder", "cross")``."""
        return self.model.stacks

    @property
    def inputs(self) -> dict[str, Tensor]:
        """The tensors as fed: plain transformers reproduces the pattern from them."""
        return dict(self._feed.inputs)

    @property
    def sentences(self) -> Mapping[str, Sentence]:
        """Sentences ``a`` and ``b`` with their words; ``b`` may have been written by the model."""
        return self._feed.sentences

    def pattern(self, stack: str) -> Float[np.ndarray, "layer head query key"]:
        """float32 ``[layer, head, query, key]`` over tokens, after the softmax; NaN in a layer that does not attend."""
        return self._patterns[stack]

    def tokens(self, stack: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Query tokens and key tokens, as shown to people."""
        queries, keys = self._feed.queries[stack], self._feed.keys[stack]
        return readable(self.model, queries, self.sentences), readable(self.model, keys, self.sentences)

    def pieces(self, stack: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """What each query and each key stands for; of a decoder, the token that a step reads."""
        return self._feed.queries[stack], self._feed.keys[stack]

    @property
    def has_first_token(self) -> bool:
        """Whether a token stands before the text; of a causal model without one, the first word may become the
        attention sink.
        """
        return self._feed.keys[self.stacks[0]][0].side is None

    def token_sides(self, stack: str) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
        """The sentence (``a``, ``b``) of each query and key token; None for special tokens."""
        queries, keys = self._feed.queries[stack], self._feed.keys[stack]
        return tuple(piece.side for piece in queries), tuple(piece.side for piece in keys)

    def words(self, stack: str) -> WordGrid:
        """The patterns of a stack on the word grid; one of few words is made once, so not to be written into."""
        if stack in self._grids:
            return self._grids[stack]
        queries, keys = self._axis(self._feed.queries[stack]), self._axis(self._feed.keys[stack])
        grid = to_words(self._patterns[stack], queries, keys, causal=stack == "decoder")
        if grid.pattern.nbytes <= KEPT_BYTES:
            self._grids[stack] = grid
        return grid

    def unknown_share(self, stack: str) -> float:
        """Share of the tokens that cover a character which the tokenizer does not know, 0 to 1; of a cross stack, the
        worse side's.
        """
        unknown = self.model.tokenizer.unk_token_id
        return max(unknown_share(self._feed.queries[stack], unknown), unknown_share(self._feed.keys[stack], unknown))

    def values(self, stack: str, *, layer: int, head: int) -> HeadValues:
        """One head's queries, keys, values and output, and how a score is made of them: see ``HeadValues``.

        The network is run again on the same inputs, with the same heads switched off.
        Raises Problem for a head that the model does not have, and for a model that does not tell.
        """
        self._check_values()
        check(self.model, {(stack, layer, head): "zero"})
        taken: list[HeadValues] = []

        def see(call: Call) -> None:
            if (call.stack, call.layer) == (stack, layer):
                taken.append(head_values(call, head))

        self.again(see)
        return taken[0]

    def again(self, see: Callable[[Call], None], own: OwnModules | None = None) -> None:
        """Run the network again on the same inputs, with the same heads switched off; ``see`` is shown each call in
        turn. own: modules to run in its place, which may be hooked.
        """
        _run(self.model, self.pair, self._feed, self._ablate, see, own)

    def contributions(self, stack: str) -> Float[np.ndarray, "layer head query model_dimension"]:
        """What each head adds: float32 ``[layer, head, query, model dimension]``, its output, times its gate where the
        family has one, through its slice of W_O.

        The sum over heads, plus the projection's bias, is the output projection's own output, before dropout, residual
        and norm; with heads switched off, too. The network is run again on the same inputs.
        Raises Problem for a stack that the model does not have, and where a layer's output is not a sum over its heads.
        """
        return self._through_projections(stack, lambda call, projection: contributions(call.output[0], projection))

    def value_norms(self, stack: str) -> Float[np.ndarray, "layer head key"]:
        """How much each key has to give: float32 ``[layer, head, key]``, the length of its value through the head's
        slice of W_O.

        A weight times this length is the length of what one query receives from one key. The network is run again.
        Raises Problem as ``contributions``, and for a model that does not tell its values.
        Source: Kobayashi et al. 2020, section 3.
        """
        self._check_values()
        attention = self.model.attention
        if attention.gives_contributions and not attention.gives_value_norms:
            raise Problem(
                _(
                    "In “{name}” a gate multiplies what each head gives, differently at each word that looks, so a "
                    "value has no one length."
                ).format(name=self.model.name),
                _("Take the weights as they are, or what each head adds."),
            )
        return self._through_projections(stack, lambda call, projection: value_norms(call, projection)[0].cpu().numpy())

    def _check_values(self) -> None:
        if not self.model.attention.gives_values:
            raise Problem(
                _(
                    "The queries, keys and values of “{name}” cannot be read: it computes attention in a way of its "
                    "own."
                ).format(name=self.model.name),
                _("Its patterns can be. To take a head apart, choose another model; the README lists the families."),
            )

    def _through_projections(self, stack: str, measured: Callable[[Call, nn.Module], np.ndarray]) -> np.ndarray:
        check_stack(self.model, stack)
        attention = self.model.attention
        projections = [site.projection for site in attention.sites[stack]]
        layers: dict[int, np.ndarray] = {}

        def see(call: Call) -> None:
            projection = projections[call.layer] if call.stack == stack else None
            if projection is not None:
                layers[call.layer] = measured(call, projection)

        if any(projections[layer] is None for layer in attention.attending(stack)):
            raise Problem(
                _(
                    "What each head of “{name}” adds cannot be told: no projection of the heads' own outputs was "
                    "found in it."
                ).format(name=self.model.name),
                _(
                    "Its patterns can be read. To compare what heads add, choose another model; the README lists the "
                    "families."
                ),
            )
        with through_gates(attention.sites, see) as shown:
            self.again(shown)
        return over_layers(layers, attention.layers(stack))

    def _axis(self, pieces: tuple[Piece, ...]) -> WordAxis:
        return word_axis(pieces, self.sentences, self.model.tokenizer.unk_token_id)


@torch.no_grad()
def attend(model: Model, pair: SentencePair, ablate: Ablation = NO_ABLATION) -> AttentionResult:
    """Run ``pair`` through ``model`` once and keep every head's pattern.

    ablate: heads to switch off, ``{(stack, layer, head): "zero" | "mean" | "uniform" | "resample"}``; all later layers
    see the change. The mean is the intact head's over the pair; resampled is its output for ``other_text`` at the same
    positions. Raises Problem for an empty or overlong sentence, or a head that the model does not have.
    """
    check(model, ablate)
    fed = prepare_inputs(model, pair)
    patterns: dict[str, dict[int, np.ndarray]] = {stack: {} for stack in model.stacks}

    def see(call: Call) -> None:
        if call.pattern.shape[-2:] != (len(fed.queries[call.stack]), len(fed.keys[call.stack])):
            raise not_in_full(model)
        patterns[call.stack][call.layer] = call.pattern[0].float().cpu().numpy()

    _run(model, pair, fed, ablate, see)
    return AttentionResult(
        model,
        pair,
        fed,
        {stack: over_layers(found, model.attention.layers(stack)) for stack, found in patterns.items()},
        dict(ablate),
    )


def not_in_full(model: Model) -> Problem:
    """Some families read short texts in full and leave keys out of longer ones; the survey saw a short one."""
    return Problem(
        _("“{name}” does not attend to this whole text: it leaves words out of longer ones.").format(name=model.name),
        _("Shorten the text, or choose another model."),
    )


@torch.no_grad()
def _run(
    model: Model,
    pair: SentencePair,
    fed: ModelInputs,
    ablate: Ablation,
    see: Callable[[Call], None],
    own: OwnModules | None = None,
) -> None:
    """One forward with some heads switched off; ``see`` is shown each call as it goes on."""
    replacements = pair_replacements(model, fed.inputs, ablate, pair)

    def watch(call: Call) -> Tensor:
        call = ablated(call, ablate, replacements)
        see(call)
        return call.output

    network, watching = (own.network, own.watching) if own else (model.network, model.attention.watching)
    with watching(watch):
        network(**fed.inputs)
