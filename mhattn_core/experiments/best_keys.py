"""What a query would fit best: keys ranked by score before position, in one sentence or among many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.attention.attend import attend
from mhattn_core.attention.pre_rope import BeforeRotation, before_rotation
from mhattn_core.errors import Problem
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair


@dataclass(frozen=True, eq=False)
class Keys:
    """Keys of one head in several sentences, special tokens left out: ``vectors`` ``[token, dimension]``, and of each
    token the text, and its sentence before and behind it."""

    vectors: np.ndarray
    tokens: tuple[str, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]


def compared(values: HeadValues, unrotated: BeforeRotation) -> tuple[np.ndarray, np.ndarray] | None:
    """Queries and keys, ``[position, dimension]`` each, as they are before positions turn them; None where they are
    turned and were not found.

    Without rotation they are those of the attention itself: positions are then in the words, or are added to the scores
    afterwards.
    """
    if not unrotated.rotated and unrotated.query is not None and unrotated.key is not None:
        return values.query, values.key
    if unrotated.query is None or unrotated.key is None:
        return None
    return unrotated.query, unrotated.key


def keys_of(
    model: Model,
    pairs: Sequence[SentencePair],
    stack: str,
    *,
    layer: int,
    head: int,
    tell: Callable[[int], None] = lambda _done: None,
) -> Keys:
    """One head's keys before position, of every token of some pairs; a pair that the model cannot read is left out.

    tell: is told after each pair how many are done.
    """
    vectors: list[np.ndarray] = []
    said: list[tuple[str, str, str]] = []
    for done, pair in enumerate(pairs, 1):
        try:
            seen = attend(model, pair)
            both = compared(
                seen.values(stack, layer=layer, head=head), before_rotation(seen, stack, layer=layer, head=head)
            )
        except Problem:
            both = None
        if both is not None:
            places = [
                (place, piece)
                for place, piece in enumerate(seen.pieces(stack)[1])
                if piece.side and piece.start < piece.end
            ]
            vectors += [both[1][place] for place, _piece in places]
            texts = {side: sentence.text for side, sentence in seen.sentences.items() if sentence}
            said += [
                (
                    texts[piece.side][piece.start : piece.end],
                    texts[piece.side][: piece.start],
                    texts[piece.side][piece.end :],
                )
                for _place, piece in places
                if piece.side
            ]
        tell(done)
    tokens, before, behind = zip(*said, strict=True) if said else ((), (), ())
    return Keys(np.array(vectors), tokens, before, behind)
