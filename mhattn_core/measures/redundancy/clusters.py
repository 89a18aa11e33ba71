"""Groups of heads that are near one another, how many of them the data bear, and a map of all heads in two dimensions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.cluster.hierarchy import dendrogram, fcluster, leaves_list, linkage, optimal_leaf_ordering
from scipy.linalg import eigh
from scipy.spatial.distance import squareform

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.head_distances import By, Heads, distances
from mhattn_core.measures.redundancy.modality import unimodal_p

MOST_GROUPS = 20
LEVEL = 0.05
DRAWS = 100


@dataclass(frozen=True, eq=False)
class Tree:
    """Heads joined two by two, the nearest first: ``links [head − 1, 4]`` as SciPy's linkage; ``order``: heads, near
    ones side by side.
    """

    links: Float[np.ndarray, "join 4"]
    order: Int[np.ndarray, " head"]

    def cut(self, groups: int) -> Int[np.ndarray, " head"]:
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
    """``count``: the cut with the best silhouette, from -1 to 1; ``p``: of distances without near and far ones, see
    ``unimodal_p``; ``shuffled`` and ``noise``: the best silhouette that any draw of either null reaches.

    NaN where there is no such null.
    """

    count: int
    silhouette: float
    p: float
    shuffled: float
    noise: float

    @property
    def exist(self) -> bool:
        """Whether some heads are near and others far, with a gap between, and the cut does better than heads whose
        words were shuffled.
        """
        return self.p <= LEVEL and not self.silhouette <= self.shuffled

    @property
    def of_language(self) -> bool:
        """Whether they do so better than the same heads on random words, too."""
        return self.exist and self.silhouette > self.noise


def tree(distances: Float[np.ndarray, "head head"]) -> Tree:
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


def groups(
    distances: Float[np.ndarray, "head head"],
    shuffled: Float[np.ndarray, "draw one other"],
    noise: Float[np.ndarray, "random one other"],
) -> Groups:
    """How many groups the heads of ``distances [head, head]`` fall into, against two nulls ``[draw, head, head]``.

    A tree can be cut anywhere, and heads that lie on one line are cut with a silhouette of .65 or more. So groups exist
    only where the distances between heads have more than one mode: the dip of their roots, against the hardest
    distribution with one. Heads on a line, a curve, or in a cloud are called groups in at most 5 % of simulations;
    twelve groups or more of equal size go unseen. References drawn in the space of the heads (uniform or normal, by
    their principal axes) were tried instead: they take heads on a curve for groups, since they fill the space around
    it. The number is the cut of the tree, into 2 to 20, with the best mean silhouette; each null may choose its own.
    Source: Adolfsson, Ackerman & Brownstein 2019 (the dip of distances); Rousseeuw 1987 (silhouettes).
    """
    count, best = best_cut(distances)
    ends = [max((best_cut(draw)[1] for draw in draws), default=np.nan) for draws in (shuffled, noise)]
    p = unimodal_p(np.sqrt(squareform(distances, checks=False).clip(min=0))) if count > 1 else np.nan
    return Groups(count, best, p, *ends)


def group_stability(distances: Float[np.ndarray, "head head"], count: int) -> Float[np.ndarray, " group"]:
    """How well each of ``count`` groups, ``[group]``, is found again among heads drawn with replacement: the mean of
    the largest Jaccard index with a group of the drawn heads' own tree.

    Range: 0 to 1; above 0.75 a group is called stable. It says that a group does not hang on single heads, and not that
    groups exist: pieces of a line are stable, too. Source: Hennig 2007, section 3, with 100 draws of heads, not of
    pairs of sentences.
    """
    labels = tree(distances).cut(count) - 1
    generator = np.random.default_rng(0)
    indices = np.full((DRAWS, labels.max() + 1), np.nan)
    for draw in indices:
        kept = np.unique(generator.integers(0, len(labels), len(labels)))
        own = _joined(distances[kept][:, kept], min(count, len(kept))) - 1
        both = np.zeros((len(draw), own.max() + 1))
        np.add.at(both, (labels[kept], own), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
        drawn = np.unique(labels[kept])
        draw[drawn] = (both / either)[drawn].max(axis=1)
    return np.nanmean(indices, axis=0)


def best_cut(distances: Float[np.ndarray, "head head"]) -> tuple[int, float]:
    """Number of groups and mean silhouette of the best cut of the tree into 2 to 20 groups; fewer than three heads have
    none (NaN).
    """
    if len(distances) < 3:
        return 1, np.nan
    silhouettes = {}
    links = _links(distances)
    for groups in range(2, min(MOST_GROUPS, len(distances) - 1) + 1):
        labels = fcluster(links, groups, criterion="maxclust")
        if labels.max() > 1:
            silhouettes[int(labels.max())] = _silhouette(distances, labels - 1)
    if not silhouettes:
        return 1, np.nan
    count = max(silhouettes, key=silhouettes.__getitem__)
    return count, silhouettes[count]


def _silhouette(distances: Float[np.ndarray, "head head"], labels: Int[np.ndarray, " head"]) -> float:
    """The mean silhouette of groups 0, 1, 2 …; a head by itself has 0. Range: -1 to 1. Source: Rousseeuw 1987."""
    heads = np.arange(len(labels))
    members = labels[:, None] == np.arange(labels.max() + 1)
    sizes = members.sum(axis=0)
    to_groups = distances @ members
    own = to_groups[heads, labels] / np.maximum(sizes[labels] - 1, 1)
    others = to_groups / sizes
    others[heads, labels] = np.inf
    nearest = others.min(axis=1)
    larger = np.maximum(own, nearest)
    known = (sizes[labels] > 1) & (larger > 0)
    return float(np.divide(nearest - own, larger, out=np.zeros(len(labels)), where=known).mean())


def _links(distances: Float[np.ndarray, "head head"]) -> Float[np.ndarray, "join 4"]:
    """The tree, whose leaves need no order here."""
    return linkage(squareform(distances, checks=False), "average")


def _joined(distances: Float[np.ndarray, "head head"], groups: int) -> Int[np.ndarray, " head"]:
    """The group, from 1, of each head in the tree."""
    if len(distances) < 2:
        return np.ones(len(distances), dtype=int)
    return fcluster(_links(distances), groups, criterion="maxclust")


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


def shuffled_distances(heads: Heads, *, by: By, draws: int) -> Float[np.ndarray, "draw head head"]:
    """``distances`` of ``shuffled`` heads, seeds 0, 1 …: ``[draw, head, head]``."""
    return np.stack([distances(shuffled(heads, by=by, seed=seed), by=by).to_numpy() for seed in range(draws)])


def in_two_dimensions(
    distances: Float[np.ndarray, "head head"],
) -> tuple[Float[np.ndarray, "head 2"], float]:
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
