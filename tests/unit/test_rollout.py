"""Rollout and flow: by hand, and against networkx."""

import networkx
import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.fusion import rollout as module
from mhattn_core.measures.fusion.rollout import flow, residual_mix, rollout

TWICE = np.array([[0.5, 0.5], [0.2, 0.8]])[None, None].repeat(2, axis=0)


def random_pattern(layers: int, heads: int, tokens: int, *, causal: bool = False) -> np.ndarray:
    scores = np.random.default_rng(1).random((layers, heads, tokens, tokens))
    scores = np.tril(scores) if causal else scores
    return (scores / scores.sum(axis=-1, keepdims=True)).astype(np.float32)


def test_rollout_of_the_same_layer_twice() -> None:
    np.testing.assert_allclose(rollout(TWICE)[-1], [[0.5875, 0.4125], [0.165, 0.835]], atol=1e-12)
    np.testing.assert_allclose(rollout(TWICE)[0], [[0.75, 0.25], [0.1, 0.9]], atol=1e-12)


def test_heads_are_averaged_and_layers_go_upwards() -> None:
    """The upper layer is the left factor: its position 0 looks at 1, which in the lower layer looked at 0."""
    lower, upper = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    found = rollout(np.stack([lower, upper])[:, None])
    np.testing.assert_allclose(found[-1], [[0.75, 0.25], [0.5, 0.5]])
    two_heads = np.stack([lower, upper])[None]
    np.testing.assert_allclose(rollout(two_heads)[0], [[0.75, 0.25], [0.25, 0.75]])


def test_rows_sum_to_one_and_a_causal_model_takes_nothing_from_later_tokens() -> None:
    found = rollout(random_pattern(4, 3, 7, causal=True))
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-6)
    assert not np.triu(found[-1], 1).any()


def test_a_row_that_keeps_less_than_one_is_not_renormalised() -> None:
    np.testing.assert_allclose(residual_mix(np.full((1, 1, 2, 2), 0.25))[0].sum(axis=-1), 0.75)


def test_flow_by_hand() -> None:
    """From the top's position 0 to token 0: straight 0.75, by position 1 as much as the narrower of 0.25 and 0.1 lets
    through.
    """
    np.testing.assert_allclose(flow(TWICE, 0), [0.85, 0.5], atol=1e-6)
    np.testing.assert_allclose(flow(TWICE, 1), [0.2, 1.0], atol=1e-6)


@pytest.mark.parametrize("causal", [False, True])
def test_flow_is_the_maximum_flow_of_networkx(causal: bool) -> None:
    pattern = random_pattern(3, 2, 5, causal=causal)
    graph = networkx.DiGraph()
    graph.add_nodes_from((level, place) for level in range(4) for place in range(5))
    for layer, matrix in enumerate(residual_mix(pattern)):
        for query, key in zip(*np.nonzero(matrix), strict=True):
            graph.add_edge((layer + 1, int(query)), (layer, int(key)), capacity=matrix[query, key])
    for position in (1, 3):
        expected = [networkx.maximum_flow_value(graph, (3, position), (0, token)) for token in range(5)]
        np.testing.assert_allclose(flow(pattern, position), expected, atol=1e-6)


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ShapeError, match="3 queries and 2 keys"):
        unchecked(residual_mix)(np.ones((1, 1, 3, 2)))
    monkeypatch.setattr(module, "MOST_EDGES", 7)
    with pytest.raises(ShapeError, match="8 edges"):
        flow(TWICE, 0)
