"""Probes: can a word's class be read off a vector by a linear rule, better than an arbitrary label and better than elsewhere?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import spread

SPLITS = 5
FEWEST_OF_A_CLASS = 20
"""Classes with fewer words are left out: a split might hold none of them."""
ROUNDS, TOLERANCE = 30, 1e-2
"""When a fit is good enough: accuracies move by less than a point beyond."""


@dataclass(frozen=True, eq=False)
class Task:
    """Words to classify. ``labels``, ``types`` (the word's form) and ``sentences`` (a number): one each a word; ``words``: which of all
    words these are."""

    labels: np.ndarray
    types: np.ndarray
    sentences: np.ndarray
    words: np.ndarray

    @property
    def classes(self) -> int:
        return len(set(self.labels.tolist()))

    @property
    def majority(self) -> float:
        """The share of the most frequent class: what no vector at all would give."""
        return float(np.unique(self.labels, return_counts=True)[1].max() / len(self.labels))


def task(labels: Sequence[str], types: Sequence[str], sentences: Sequence[int]) -> Task | None:
    """The words that have a label (not empty) of a class with enough words; None where fewer than two classes are left."""
    given = np.array(labels, dtype=object)
    names, counts = np.unique(given.astype(str), return_counts=True)
    enough = {name for name, count in zip(names, counts, strict=True) if name and count >= FEWEST_OF_A_CLASS}
    words = np.flatnonzero([label in enough for label in given])
    if len(enough) < 2:
        return None
    return Task(given[words].astype(str), np.array(types, dtype=object)[words].astype(str), np.array(sentences)[words], words)


def control(given: Task, *, seed: int) -> np.ndarray:
    """The control task's labels: every word form has one at random, drawn as often as each class is; ``[word]``.

    A probe that does well here has learnt the forms by heart. Source: Hewitt and Liang 2019, section 2.
    """
    rng = np.random.default_rng(seed)
    forms = np.unique(given.types)
    drawn = dict(zip(forms, rng.choice(given.labels, size=len(forms)), strict=True))
    return np.array([drawn[form] for form in given.types])


def halves(given: Task, splits: int = SPLITS) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Words to learn from and words to ask, by sentence, so that no sentence is on both sides; half of the sentences each time."""
    sentences = np.unique(given.sentences)
    for seed in range(splits):
        learnt = np.random.default_rng(seed).permutation(sentences)[: len(sentences) // 2]
        inside = np.isin(given.sentences, learnt)
        yield np.flatnonzero(inside), np.flatnonzero(~inside)


def accuracies(features: np.ndarray, labels: np.ndarray, given: Task) -> np.ndarray:
    """Of a logistic probe on ``features [word, dimension]``, asked on held-out sentences: one a split, 0 to 1.

    Raises ShapeError when there are not as many features as words.
    """
    if len(features) != len(labels):
        raise ShapeError(f"{len(features)} vectors for {len(labels)} words.")
    return np.array([_asked(features, labels, *half) for half in halves(given)])


def single_dimension(features: np.ndarray, given: Task) -> tuple[int, np.ndarray]:
    """The dimension that alone tells most, and what it gives on held-out sentences, one a split: chosen on the sentences learnt from.

    The rule is a Gaussian for each class (naive Bayes on one feature). The dimension returned is the one most often chosen.
    """
    chosen, asked = [], []
    for learn, ask in halves(given):
        right = _gaussian(features[learn], given.labels[learn], features, given.labels)
        best = int(right[learn].mean(axis=0).argmax())
        chosen.append(best)
        asked.append(right[ask, best].mean())
    return int(np.bincount(chosen).argmax()), np.array(asked)


def reduced(vectors: np.ndarray, dimensions: int, *, seed: int = 0) -> np.ndarray:
    """``vectors [word, many]`` through random directions to ``[word, dimensions]``: a head with random weights, the same size as a real one."""
    directions = np.random.default_rng(seed).normal(size=(vectors.shape[1], dimensions)) / vectors.shape[1] ** 0.5
    return np.asarray(vectors @ directions)


def summary(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95 % range over splits."""
    low, high = spread(values)
    return float(values.mean()), float(low), float(high)


def _asked(features: np.ndarray, labels: np.ndarray, learn: np.ndarray, ask: np.ndarray) -> float:
    if len(set(labels[learn].tolist())) < 2:
        # The control may draw one label for all.
        return float((labels[ask] == labels[learn][0]).mean())
    scaler = StandardScaler().fit(features[learn])
    probe = LogisticRegression(max_iter=ROUNDS, tol=TOLERANCE).fit(scaler.transform(features[learn]), labels[learn])
    return float(probe.score(scaler.transform(features[ask]), labels[ask]))


def _gaussian(learnt: np.ndarray, learnt_labels: np.ndarray, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether each dimension alone names each word's class rightly: bool ``[word, dimension]``."""
    names = np.unique(learnt_labels)
    scores = np.empty((len(names), *features.shape))
    for place, name in enumerate(names):
        own = learnt[learnt_labels == name]
        variance = own.var(axis=0) + 1e-6 * learnt.var(axis=0) + 1e-12
        scores[place] = np.log(len(own)) - 0.5 * (np.log(variance) + (features - own.mean(axis=0)) ** 2 / variance)
    return np.asarray(names[scores.argmax(axis=0)] == labels[:, None])
