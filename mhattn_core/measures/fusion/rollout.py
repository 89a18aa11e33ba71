"""Through the layers: from which tokens of the input a position of the last layer may have its information, by weights
alone.

Source: Abnar and Zuidema 2020, who warn that under a causal mask both lean to early tokens.
"""

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from mhattn_core.errors import ShapeError

UNIT = 10**9
"""What a capacity of 1 becomes for SciPy's flows, which are of 32-bit integers; no more than 1 leaves a position."""
MOST_EDGES = 150_000
"""Above so many edges one flow takes longer than anybody waits for."""


def residual_mix(
    pattern: Float[np.ndarray, "layer head position position"],
) -> Float[np.ndarray, "layer position position"]:
    """½ W + ½ I of each layer, heads averaged: ``[layer, query, key]`` from ``[layer, head, query, key]``.

    A row that keeps less than one (a sink of the model's own) is not renormalised. Raises ShapeError where queries are
    not keys.
    """
    if pattern.shape[-2] != pattern.shape[-1]:
        raise ShapeError(f"{pattern.shape[-2]} queries and {pattern.shape[-1]} keys")
    mean = pattern.mean(axis=1, dtype=np.float64)
    return np.asarray(0.5 * mean + 0.5 * np.eye(mean.shape[-1]))


def rollout(pattern: Float[np.ndarray, "layer head position position"]) -> Float[np.ndarray, "layer position position"]:
    """How much of each position after each layer comes from each token of the input: ``[layer, position, token]``, rows
    sum to 1 where the pattern's do.

    pattern: ``[layer, head, query, key]`` of self-attention. Ã of a layer is A of the layer times Ã of the layer below,
    A as ``residual_mix``.
    Source: Abnar and Zuidema 2020, section 3, "attention rollout".
    """
    mixed = residual_mix(pattern)
    layers = [mixed[0]]
    for layer in mixed[1:]:
        layers.append(layer @ layers[-1])
    return np.stack(layers)


def flow(pattern: Float[np.ndarray, "layer head position position"], position: int) -> Float[np.ndarray, " position"]:
    """The most that can flow from each token of the input to ``position`` of the last layer, ``[token]``, 0 to 1, to 6
    decimals.

    The layers are pipes from position to position whose capacities are ``residual_mix``; each token's flow is a maximum
    of its own, so that together they may make more than one. Raises ShapeError where there are more than ``MOST_EDGES``
    pipes.
    Source: Abnar and Zuidema 2020, section 3, "attention flow".
    """
    mixed = residual_mix(pattern)
    layers, tokens, _tokens = mixed.shape
    layer, query, key = np.nonzero(mixed)
    if len(layer) > MOST_EDGES:
        raise ShapeError(f"{len(layer)} edges")
    capacity = np.rint(mixed[layer, query, key] * UNIT).astype(np.int32)
    # Node (level, position): level 0 is the input, level l what layer l-1 gives out.
    nodes = (layers + 1) * tokens
    graph = csr_array((capacity, ((layer + 1) * tokens + query, layer * tokens + key)), shape=(nodes, nodes))
    source = layers * tokens + position
    return np.array([maximum_flow(graph, source, token).flow_value for token in range(tokens)]) / UNIT
