"""What the best head of a network that knows nothing stays under, told from a few such networks."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
from jaxtyping import Float
from scipy import stats

Key = TypeVar("Key")

NETWORKS, PAIRS = 4, 100
"""Networks of each random control, and the pairs of the corpus on which they are measured."""
CONFIDENCE = 0.95


def bounds(networks: Iterable[Mapping[Key, float]]) -> dict[Key, float]:
    """Under what the best head of another network of their kind stays at 95 %, by role or detector: ``random95``, ``shuffled95``.

    networks: what ``best_heads`` gives of each, measured on the same pairs; two at least, else ValueError. The upper
    prediction bound of one more draw from a normal distribution: mean + t · s · √(1 + 1/n), at most 1. It knows how few
    networks it rests on; their empirical 95th percentile does not. Source: Hahn and Meeker 1991, section 4.7. Measured
    on all-MiniLM, 40 networks of each kind and 120 relations and directions: of other networks' best heads 94 % stay
    under the bound of four, 90 % under the 95th percentile of ten.
    """
    best = list(networks)
    if len(best) < 2:
        raise ValueError("a bound takes two networks at least")
    return {key: _bound(np.array([one[key] for one in best if key in one])) for key in best[0]}


def _bound(values: Float[np.ndarray, " network"]) -> float:
    times = stats.t.ppf(CONFIDENCE, len(values) - 1) * np.sqrt(1 + 1 / len(values))
    return min(float(values.mean() + times * values.std(ddof=1)), 1.0)
