"""Groups of heads that are near one another, how many of them the data bear, and a map of all heads in two dimensions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import dendrogram, fcluster, leaves_list, linkage, optimal_leaf_ordering
from scipy.linalg import eigh
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_score

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.head_distances import By, Heads, distances

MOST_GROUPS = 20


@dataclass(frozen=True, eq=False)
class Tree:
    """Heads joined two by two, the nearest first: ``links [head − 1, 4]`` as SciPy's linkage; ``order``: heads, near
    ones side by side.
    """

    links: np.ndarray
    order: np.ndarray

    def cut(self, groups: int) -> np.ndarray:
        """The group, from 1, of each head when the tree is cut into so many (or fewer, where several joins are equally
        high).
        """
        if not len(self.links):
            return np.ones(len(self.order), dtype=int)
        return fcluster(self.links, groups, criterion="maxclust")

    def branches(self) -> pd.DataFrame:
        """The tree as lines: four points of each join, from leaf to leaf over the top. join, point, place (among the
        leaves, from 0), height.
        """
        drawn = dendrogram(self.links, no_plot=True)
        # SciPy stands leaves ten apart, the first at 5.
        places, heights = np.array(drawn["icoord"]) / 10 - 0.5, np.array(drawn["dcoord"])
        join, point = np.indices(places.shape)
        return pd.DataFrame(
            {"join": join.ravel(), "point": point.ravel(), "place": places.ravel(), "height": heights.ravel()}
        )

    def height(self, groups: int) -> float:
        """Where a line across the tree cuts it into so many groups: half way between two joins."""
        heights = self.links[:, 2]
        return float(heights[-groups] + heights[1 - groups]) / 2


@dataclass(frozen=True)
class Groups:
    """``count``: the cut with the best silhouette, from -1 to 1; ``shuffled`` and ``noise``: the best that any draw of
    either null reaches.

    NaN where there is no such null.
    """

    count: int
    silhouette: float
    shuffled: float
    noise: float

    @property
    def found(self) -> bool:
        """Whether the heads fall into groups better than heads whose words were shuffled."""
        return self.silhouette > self.shuffled

    @property
    def of_language(self) -> bool:
        """Whether they do so better than the same heads on random words, too."""
        return self.found and self.silhouette > self.noise


def tree(distances: np.ndarray) -> Tree:
    """Average linkage, leaves in the order in which neighbours are nearest.

    distances ``[head, head]``, symmetric, without NaN: ShapeError otherwise. One head is a tree without joins.
    Source: Sokal & Michener 1958 (average linkage); Bar-Joseph et al. 2001 (order).
    """
    if np.isnan(distances).any():
        raise ShapeError("distances that are not known")
    if len(distances) < 2:
        return Tree(np.empty((0, 4)), np.arange(len(distances)))
    condensed = squareform(distances, checks=False)
    links = optimal_leaf_ordering(linkage(condensed, "average"), condensed)
    return Tree(links, leaves_list(links))


def groups(distances: np.ndarray, shuffled: np.ndarray, noise: np.ndarray) -> Groups:
    """How many groups the heads of ``distances [head, head]`` fall into, against two nulls ``[draw, head, head]``.

    The number is the cut of the tree, into 2 to 20, with the best mean silhouette; each null may choose its own.
    Source: Rousseeuw 1987 for silhouettes; that a null must do worse: Tibshirani et al. 2001, with another statistic.
    """
    count, best = best_cut(distances)
    ends = [max((best_cut(draw)[1] for draw in draws), default=np.nan) for draws in (shuffled, noise)]
    return Groups(count, best, *ends)


def best_cut(distances: np.ndarray) -> tuple[int, float]:
    """Number of groups and mean silhouette of the best cut of the tree into 2 to 20 groups; fewer than three heads have
    none (NaN).
    """
    joined = tree(distances)
    found = {}
    for count in range(2, min(MOST_GROUPS, len(distances) - 1) + 1):
        labels = joined.cut(count)
        if labels.max() > 1:
            found[int(labels.max())] = float(silhouette_score(distances, labels, metric="precomputed"))
    if not found:
        return 1, np.nan
    count = max(found, key=found.__getitem__)
    return count, found[count]


def shuffled(heads: Heads, *, by: By, seed: int) -> Heads:
    """The same heads, each with its words in an order of its own: what is alike whatever word attends stays alike, the
    rest does not.

    Of a causal model the rows are shuffled as well, so that some look ahead; of Gram matrices rows and columns
    together.
    """
    generator = np.random.default_rng(seed)
    known = np.flatnonzero(np.isfinite(heads.arrays).any(axis=(0, 2)))
    arrays = heads.arrays.copy()
    for head in range(len(arrays)):
        moved = generator.permutation(known)
        arrays[head, known] = heads.arrays[head, moved]
        if by == "cka":
            arrays[head][:, known] = arrays[head][:, moved]
    return Heads(heads.index, arrays, np.ones_like(heads.visible))


def shuffled_distances(heads: Heads, *, by: By, draws: int) -> np.ndarray:
    """``distances`` of ``shuffled`` heads, seeds 0, 1 …: ``[draw, head, head]``."""
    return np.stack([distances(shuffled(heads, by=by, seed=seed), by=by).to_numpy() for seed in range(draws)])


def in_two_dimensions(distances: np.ndarray) -> tuple[np.ndarray, float]:
    """Coordinates ``[head, 2]`` whose distances come nearest to the root of ``distances``, and the share of the spread
    that they show.

    The root of a mean JS divergence is a distance between points of a Euclidean space, so no more than two dimensions'
    worth is lost. Axes have no meaning; their sign is such that the farthest head lies to the right, and above. Share:
    0 to 1, of positive eigenvalues.
    Source: classical scaling, Torgerson 1952; the root: Fuglede & Topsøe 2004. Raises ShapeError for NaN, or fewer than
    three heads.
    """
    if np.isnan(distances).any() or len(distances) < 3:
        raise ShapeError("distances that are not known, or of fewer than three heads")
    centred = -0.5 * (distances - distances.mean(axis=0) - distances.mean(axis=1, keepdims=True) + distances.mean())
    values, vectors = eigh(centred)
    values, vectors = values[::-1].clip(min=0), vectors[:, ::-1]
    points = vectors[:, :2] * np.sqrt(values[:2])
    signs = np.sign(points[np.abs(points).argmax(axis=0), range(2)])
    return points * np.where(signs == 0, 1, signs), float(values[:2].sum() / max(values.sum(), np.finfo(float).tiny))
