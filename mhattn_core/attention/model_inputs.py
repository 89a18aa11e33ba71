"""One pair as a network takes it, and the words of it that are masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from mhattn_core.attention.token_kinds import Piece
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.words import Sentence


@dataclass(frozen=True)
class ModelInputs:
    """One pair ready for one forward.

    ``inputs`` are the tensors for the network, a batch of one; ``queries`` and ``keys`` give the pieces on either
    axis of each stack's pattern; ``sentences`` are A and B with their words (B as generated where none was given).
    """

    inputs: dict[str, Tensor]
    queries: dict[str, tuple[Piece, ...]]
    keys: dict[str, tuple[Piece, ...]]
    sentences: dict[str, Sentence]


def with_masks(model: Model, fed: ModelInputs, masked: Sequence[int]) -> ModelInputs:
    """The same with the mask token in the place of each token of some words, counted from 0 over A and B; the tokens
    stay where they are, and so do the words. Raises Problem where the tokenizer has no mask token, and for a word that
    is not there.
    """
    if not masked:
        return fed
    mask = model.tokenizer.mask_token_id
    if mask is None:
        raise Problem(
            _("“{name}” has no mask token: a word of its sentences cannot be masked.").format(name=model.name),
            _("Replace the word by another, or choose a model that was trained on masked words, such as minilm."),
        )
    words = [(side, word) for side, sentence in fed.sentences.items() for word in sentence.words]
    if any(not 0 <= number < len(words) for number in masked):
        raise Problem(
            _("The sentences have {words} words; one of those to be masked is beyond them.").format(words=len(words)),
            _("Count from 0 over both sentences."),
        )
    hidden = [words[number] for number in masked]

    def covers(piece: Piece) -> bool:
        return any(piece.side == side and piece.start < word.end and piece.end > word.start for side, word in hidden)

    def shown(of_stacks: Mapping[str, tuple[Piece, ...]]) -> dict[str, tuple[Piece, ...]]:
        return {
            stack: tuple(replace(piece, id=mask) if covers(piece) else piece for piece in pieces)
            for stack, pieces in of_stacks.items()
        }

    inputs = dict(fed.inputs)
    read_as = {"input_ids": model.stacks[0]} | ({"decoder_input_ids": "decoder"} if "cross" in model.stacks else {})
    for name, stack in read_as.items():
        inputs[name] = inputs[name].clone()
        inputs[name][0, [position for position, piece in enumerate(fed.keys[stack]) if covers(piece)]] = mask
    return replace(fed, inputs=inputs, queries=shown(fed.queries), keys=shown(fed.keys))
