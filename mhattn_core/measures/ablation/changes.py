"""How far what a model gives has moved with heads off, against what it gave with all of them."""

import numpy as np
from jaxtyping import Float, Int

SCALE = 20.0
"""Of cosines in the retrieval loss: a temperature of 0.05, with which sentence encoders are trained."""


def divergence(
    found: Float[np.ndarray, "*batch row class"], intact: Float[np.ndarray, "row class"]
) -> Float[np.ndarray, "*batch row"]:
    """KL(intact‖found) in nats of ``[..., row, class]`` from ``[row, class]``, both ln p: at least 0."""
    return (np.exp(intact) * (intact - found)).sum(axis=-1)


def displacement(
    found: Float[np.ndarray, "*batch row dimension"], intact: Float[np.ndarray, "row dimension"]
) -> Float[np.ndarray, "*batch row"]:
    """1 − cos of ``[..., row, dimension]`` to ``[row, dimension]``: 0 (as it was) to 2."""
    lengths = np.linalg.norm(found, axis=-1) * np.linalg.norm(intact, axis=-1)
    # Rounding alone could bring it below 0.
    return np.maximum(1 - (found * intact).sum(axis=-1) / lengths, 0)


def retrieval(
    found: Float[np.ndarray, "*batch row dimension"],
    bank: Float[np.ndarray, "entry dimension"],
    own: Int[np.ndarray, " row"],
) -> Float[np.ndarray, "*batch row"]:
    """−ln softmax(20 cos) of each row's own entry of a bank, nats, ``[..., row]``; rows without one (``own`` −1) get 0.

    found ``[..., row, dimension]`` and bank ``[entry, dimension]`` of unit length; own int ``[row]``.
    """
    scores = SCALE * found @ bank.T
    highest = scores.max(axis=-1, keepdims=True)
    total = np.log(np.exp(scores - highest).sum(axis=-1)) + highest[..., 0]
    at_own = np.take_along_axis(scores, np.broadcast_to(own.clip(min=0)[:, None], (*scores.shape[:-1], 1)), axis=-1)[
        ..., 0
    ]
    return np.where(own >= 0, total - at_own, 0.0)


def label_loss(
    found: Float[np.ndarray, "*batch row class"], labels: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "*batch row"]:
    """−ln p of each row's label, nats, of ``[..., row, class]`` as ln p: at least 0. Rows without one (−1) get 0."""
    at = np.broadcast_to(labels.clip(min=0)[:, None], (*found.shape[:-1], 1))
    return np.where(labels >= 0, -np.take_along_axis(found, at, axis=-1)[..., 0], 0.0)


def logit_difference(
    found: Float[np.ndarray, "*batch row class"], labels: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "*batch row"]:
    """The label's logit less the highest of the other classes, of ``[..., row, class]`` as ln p, which differ from
    logits by the same number in each class: above 0 where the label is the likeliest. Rows without one (−1) get 0.
    """
    own = np.arange(found.shape[-1]) == labels[:, None]
    difference = np.where(own, found, -np.inf).max(axis=-1) - np.where(own, -np.inf, found).max(axis=-1)
    return np.where(labels >= 0, difference, 0.0)


def accuracy(
    found: Float[np.ndarray, "*batch row class"], labels: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "*batch row"]:
    """Whether the likeliest class is the label, 0 or 1. Rows without one (−1) get 0."""
    return (found.argmax(axis=-1) == labels).astype(np.float64)
