"""What one position of a stack can be for a reader: a word with its pieces, or a special token."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mhattn_core.arrays.word_grid import WordAxis
from mhattn_core.attention.attend import AttentionResult


@dataclass(frozen=True, eq=False)
class Units:
    """The words of one axis that have pieces, and its special tokens, in the order of their first pieces.

    ``axis``: as a word axis, with special tokens among the words; ``shares`` ``[piece, unit]``. ``ids``: a word's
    number on its word axis as a string, or ``s`` and the position of a special token: the same in every language, and
    no word of anybody's sentence.
    """

    axis: WordAxis
    ids: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return self.axis.words

    def pieces(self, unit: int) -> list[int]:
        """Positions of the unit's pieces."""
        return np.flatnonzero(self.axis.shares[:, unit]).tolist()


def units(seen: AttentionResult, stack: str) -> tuple[Units, Units]:
    """Query units and key units of a stack."""
    grid, tokens = seen.words(stack), seen.tokens(stack)
    return _units(grid.query_axis, tokens[0]), _units(grid.key_axis, tokens[1])


def unit_weights(
    pattern: Float[np.ndarray, "*batch query_token key_token"], queries: Units, keys: Units
) -> Float[np.ndarray, "*batch query_unit key_unit"]:
    """A pattern ``[…, query token, key token]`` on units, ``[…, query unit, key unit]``: as on the word grid, with a
    column for each special token, so that each row sums to what it sums to on tokens."""
    return queries.axis.averaged(pattern @ keys.axis.shares)


def _units(axis: WordAxis, tokens: tuple[str, ...]) -> Units:
    words = np.flatnonzero(axis.seen)
    specials = np.flatnonzero(axis.shares.sum(axis=1) == 0)
    shares = np.concatenate([axis.shares[:, words], np.eye(len(tokens), dtype=axis.shares.dtype)[:, specials]], axis=1)
    order = np.argsort((shares > 0).argmax(axis=0), kind="stable")
    labels = [axis.words[word] for word in words] + [tokens[special] for special in specials]
    sides = [axis.sides[word] for word in words] + [""] * len(specials)
    ids = [str(word) for word in words] + [f"s{special}" for special in specials]
    unknown = np.concatenate([axis.unknown[words], np.zeros(len(specials))])
    placed = WordAxis(
        tuple(labels[at] for at in order), tuple(sides[at] for at in order), shares[:, order], unknown[order]
    )
    return Units(placed, tuple(ids[at] for at in order))
