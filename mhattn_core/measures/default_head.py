"""Which head to show first."""

import warnings

import numpy as np
from jaxtyping import Bool, Float, Int

from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.once import once

MOST_SPECIAL_MASS = 0.5
POSITIONAL = 0.5
"""From this share of its weight on words on one position, such as the word before, a head's position tells its role."""
FEWEST_CHOICES = 3
"""With fewer words to choose from, any weight lies on the word itself, its neighbour, or the first."""
POSITIONS = ("previous", "next", "self", "first")


def mean_entropy(grid: WordGrid) -> tuple[Float[np.ndarray, "layer head"], Float[np.ndarray, "layer head"]]:
    """Each head's normalised entropy and special mass, ``[layer, head]``, as means over the words that it reads; as in
    a run.

    NaN where no word of the sentence has anything to choose from.
    """
    # Pages of tables choose heads too, and need no network for it.
    import torch

    from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy

    # A word that no piece covers can be given nothing.
    choices = (grid.visible & grid.key_axis.seen).sum(axis=-1)
    normalised = normalised_row_entropy(row_entropy(torch.from_numpy(grid.pattern)), torch.from_numpy(choices))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return np.nanmean(normalised.numpy(), axis=-1), np.nanmean(grid.special_mass, axis=-1)


def heads_by_entropy(grid: WordGrid) -> list[tuple[int, int]]:
    """All heads as (layer, head), the most concentrated first.

    Heads that put half of their mass or more on special tokens come after all others: they say little about words.
    Layers that do not attend have none.
    """
    entropy, special = mean_entropy(grid)
    return _in_order(grid, np.lexsort((entropy.ravel(), (special >= MOST_SPECIAL_MASS).ravel())))


@once
def positional_shares(grid: WordGrid) -> dict[str, Float[np.ndarray, "layer head"]]:
    """Which part of its weight on words each head gives, as a mean over words, to each of ``POSITIONS``: the word
    before, the word after, the word itself, and the first word of the text. Range: 0 to 1.

    Rows are renormalised over words; those with fewer than ``FEWEST_CHOICES`` visible words are left out, NaN where
    none is left. Of cross-attention, whose two axes are different sentences, only ``first`` is there.
    """
    on_words = np.nan_to_num(grid.pattern)
    total = on_words.sum(axis=-1, keepdims=True)
    shares = np.divide(on_words, total, out=np.zeros_like(on_words), where=total > 0)
    counted = ((grid.visible & grid.key_axis.seen).sum(axis=-1) >= FEWEST_CHOICES) & grid.query_axis.seen
    query, key = np.indices(shares.shape[-2:])
    of_one_sequence = grid.query_axis.sides == grid.key_axis.sides and grid.queries == grid.keys
    cells: dict[str, Bool[np.ndarray, "query key"]] = {
        "previous": key == query - 1,
        "next": key == query + 1,
        "self": key == query,
        "first": key == int(np.argmax(grid.key_axis.seen)),
    }
    named = POSITIONS if of_one_sequence else ("first",)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return {name: (shares * cells[name]).sum(axis=-1)[..., counted].mean(axis=-1) for name in named}


def position_of(shares: dict[str, Float[np.ndarray, "layer head"]], layer: int, head: int) -> tuple[str, float]:
    """The position that a head follows, with its share; an empty name where it follows none for half of its weight."""
    name = max(shares, key=lambda one: np.nan_to_num(shares[one][layer, head]))
    share = float(np.nan_to_num(shares[name][layer, head]))
    return (name, share) if share >= POSITIONAL else ("", share)


@once
def suggested_heads(grid: WordGrid) -> tuple[list[tuple[int, int]], int]:
    """All heads as (layer, head), the most concentrated first: those that say something of words, then those that
    follow one position (``positional_shares``), last those that put half of their mass or more on special tokens.
    And how many the first are.
    """
    shares = positional_shares(grid)
    entropy, special = mean_entropy(grid)
    positional = np.max([np.nan_to_num(share) for share in shares.values()], axis=0) >= POSITIONAL
    on_special = special >= MOST_SPECIAL_MASS
    order = np.lexsort((entropy.ravel(), positional.ravel(), on_special.ravel()))
    told = ~positional & ~on_special & grid.attends
    return _in_order(grid, order), int(told.sum())


def _in_order(grid: WordGrid, order: Int[np.ndarray, " head"]) -> list[tuple[int, int]]:
    """Heads by their places among all of all layers, without those of layers that do not attend."""
    cells = (divmod(int(place), grid.pattern.shape[1]) for place in order)
    return [cell for cell in cells if grid.attends[cell]]
