"""One layer of a padded batch on words: what measures of many pairs are shown."""

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import embedding_bag

SIDES = {"a": 0, "b": 1}
NO_SIDE = -1


@dataclass(frozen=True, eq=False)
class Bags:
    """A product with a sparse matrix that is the same for each head of a pair: row n of the result, ``[batch × head ×
    word]``, is the weighted sum of those rows of ``[batch × head × token]`` that stand in bag n.
    """

    rows: Int[Tensor, " entry"]
    weights: Float[Tensor, " entry"]
    starts: Int[Tensor, " bag"]

    def __call__(self, matrix: Float[Tensor, "row column"]) -> Float[Tensor, "bag column"]:
        return embedding_bag(self.rows, matrix, self.starts, mode="sum", per_sample_weights=self.weights)


@dataclass(frozen=True, eq=False)
class WordAxes:
    """Both axes of one stack for a batch of pairs; the same for all its layers.

    query_mask, key_mask bool ``[batch, word]``: words that some piece covers. query_side, key_side ``[batch, word]``: 0
    for sentence A, 1 for B, -1 for padding. query_tokens, key_tokens bool ``[batch, token]``: what was fed, special
    tokens included. visible bool ``[batch, query word, key word]``: which covered words a covered word may see (a
    causal model sees no later one), as numbers in visible_words ``[batch, query word, 2]``: how many of A, of B.
    key_sides float ``[batch, 2, key word]``: 1 for the words of A, of B. means and sums bring rows of query and of key
    tokens onto words.
    """

    stack: str
    query_mask: Bool[Tensor, "batch query"]
    key_mask: Bool[Tensor, "batch key"]
    query_side: Int[Tensor, "batch query"]
    key_side: Int[Tensor, "batch key"]
    query_tokens: Bool[Tensor, "batch query_token"]
    key_tokens: Bool[Tensor, "batch key_token"]
    visible: Bool[Tensor, "batch query key"]
    visible_words: Float[Tensor, "batch query 2"]
    key_sides: Float[Tensor, "batch 2 key"]
    means: Bags
    sums: Bags


@dataclass(frozen=True, eq=False)
class WordLayer:
    """One layer of one stack for a batch of pairs.

    pattern ``[batch, head, query word, key word]``; special_mass and first_mass (what goes to the first fed token)
    ``[batch, head, query word]``; side_mass (what goes to the words of A, of B) ``[batch, head, query word, 2]``;
    tokens
    ``[batch, head, query token, key token]``, the pattern as the model made it.
    What ``axes`` masks holds no meaning; words that no piece covers get and give 0.
    """

    layer: int
    axes: WordAxes
    pattern: Float[Tensor, "batch head query key"]
    side_mass: Float[Tensor, "batch head query 2"]
    special_mass: Float[Tensor, "batch head query"]
    first_mass: Float[Tensor, "batch head query"]
    tokens: Float[Tensor, "batch head query_token key_token"]
