"""Which tokens a head's weights speak of: what it promotes when it looks at a token, and what a token looks for."""

from typing import NamedTuple

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.decode import decoded
from mhattn_core.experiments.circuits.heads import Circuits, no_matrix, ov_of
from mhattn_core.heads import Head
from mhattn_core.measures.circuits.composition import rotation
from mhattn_core.models.model import Model

LISTED = 10


class TopTokens(NamedTuple):
    """table: token, score, end (``top`` or ``bottom``) of the tokens at both ends; random: the greatest score of any
    token when the head's output, or its keys, are rotated at random; rank: of the token itself, 1 for the first.
    """

    table: pd.DataFrame
    random: float
    rank: int


@torch.no_grad()
def promoted_tokens(circuits: Circuits, head: Head, token: int) -> TopTokens:
    """Of the head's OV circuit: how much the score of each token grows when it looks at ``token``, less the mean over
    tokens, if the stream held that token's embedding alone and the last norm had scale 1.

    Raises NotAvailable where there is no such circuit. Source: Elhage et al. 2021, "full OV circuit".
    """
    value, output = ov_of(circuits.layer(head.layer))
    embedding, unembedding = circuits.stream.require_scores()
    written = circuits.stream.read_token(head.layer, embedding[token]).float() @ value[head.head] @ output[head.head]

    def scores(added: Tensor) -> Tensor:
        last = circuits.stream.last
        return unembedding @ (added if last is None else last.without_scale(added.double()).float())

    turned = scores(written @ rotation(len(written), 0).float())
    return _top(circuits.model, scores(written), float(turned.max()), token)


@torch.no_grad()
def attended_tokens(circuits: Circuits, head: Head, token: int) -> TopTokens:
    """Of the head's QK circuit: the scaled score of ``token`` as a query with every token as a key, if the stream held
    their embeddings alone, less the mean over keys; without biases and position.

    Raises NotAvailable where there is no such circuit. Source: Elhage et al. 2021, "full QK circuit".
    """
    layer = circuits.layer(head.layer)
    embedding, _unembedding = circuits.stream.require_scores()
    if layer.query is None or layer.key is None:
        raise no_matrix()
    query = circuits.stream.read_token(head.layer, embedding[token]).float() @ layer.query[head.head]
    keys = circuits.stream.read_token(head.layer, embedding).float() @ layer.key[head.head]

    def scores(asked: Float[Tensor, " dimension"]) -> Tensor:
        found = keys @ asked * len(asked) ** -0.5
        return found - found.mean()

    turned = scores(query @ rotation(len(query), 0).float())
    return _top(circuits.model, scores(query), float(turned.max()), token)


def _top(model: Model, scores: Float[Tensor, " token"], random: float, token: int) -> TopTokens:
    order = scores.argsort(descending=True)
    ends = [("top", at) for at in order[:LISTED].tolist()] + [("bottom", at) for at in order[-LISTED:].tolist()]
    table = pd.DataFrame(
        [(decoded(model, [at], special=True), float(scores[at]), end) for end, at in ends],
        columns=["token", "score", "end"],
    )
    return TopTokens(table, random, int((scores > scores[token]).sum()) + 1)
