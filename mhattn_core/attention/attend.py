"""One pair through one model."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mhattn_core.attention.ablation import HeadId, Kind, check, switch_off, uniform_pattern
from mhattn_core.attention.feed import Feed, feed
from mhattn_core.attention.pieces import Piece
from mhattn_core.attention.readable import readable
from mhattn_core.attention.word_grid import WordAxis, WordGrid, to_words, word_axis
from mhattn_core.models import Model
from mhattn_core.tap import Call, watching
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import Sentence

NO_ABLATION: Mapping[HeadId, Kind] = {}


@dataclass(frozen=True, eq=False)
class Seen:
    """What one model's heads did with one pair."""

    model: Model
    pair: SentencePair
    _feed: Feed
    _patterns: Mapping[str, np.ndarray]

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

    def pattern(self, stack: str) -> np.ndarray:
        """float32 ``[layer, head, query, key]`` over tokens, after the softmax."""
        return self._patterns[stack]

    def tokens(self, stack: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Query tokens and key tokens, as shown to people."""
        queries, keys = self._feed.queries[stack], self._feed.keys[stack]
        return readable(self.model, queries, self.sentences), readable(self.model, keys, self.sentences)

    def token_sides(self, stack: str) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
        """The sentence (``a``, ``b``) of each query and key token; None for special tokens."""
        queries, keys = self._feed.queries[stack], self._feed.keys[stack]
        return tuple(piece.side for piece in queries), tuple(piece.side for piece in keys)

    def words(self, stack: str) -> WordGrid:
        """The patterns of a stack on the word grid."""
        queries, keys = self._axis(self._feed.queries[stack]), self._axis(self._feed.keys[stack])
        return to_words(self._patterns[stack], queries, keys, causal=stack == "decoder")

    def unknown_share(self, stack: str) -> float:
        """Share of the text's tokens that the tokenizer does not know, 0 to 1; of a cross stack, the worse side's."""
        return max(self._unknown_share(self._feed.queries[stack]), self._unknown_share(self._feed.keys[stack]))

    def _unknown_share(self, pieces: tuple[Piece, ...]) -> float:
        text = [piece for piece in pieces if piece.side]
        return sum(piece.id == self.model.tokenizer.unk_token_id for piece in text) / len(text) if text else 0.0

    def _axis(self, pieces: tuple[Piece, ...]) -> WordAxis:
        return word_axis(pieces, self.sentences, self.model.tokenizer.unk_token_id)


@torch.no_grad()
def attend(model: Model, pair: SentencePair, ablate: Mapping[HeadId, Kind] = NO_ABLATION) -> Seen:
    """Run ``pair`` through ``model`` once and keep every head's pattern.

    ablate: heads to switch off, ``{(stack, layer, head): "zero" | "mean" | "uniform"}``; all later layers see the
    change. Raises Problem for an empty or overlong sentence, or a head that the model does not have.
    """
    check(model, ablate)
    fed = feed(model, pair)
    patterns: dict[str, list[np.ndarray]] = {stack: [] for stack in model.stacks}

    def watch(call: Call) -> Tensor:
        pattern = call.pattern[0].float()
        for (stack, layer, head), kind in ablate.items():
            if kind == "uniform" and (stack, layer) == (call.stack, call.layer):
                pattern = pattern.clone()
                pattern[head] = uniform_pattern(call, head)[0]
        patterns[call.stack].append(pattern.cpu().numpy())
        return switch_off(call, ablate)

    with watching(model.attention.stack_of, watch):
        model.network(**fed.inputs)
    return Seen(model, pair, fed, {stack: np.stack(layers) for stack, layers in patterns.items()})
