"""Probes: can a word's class be read off a vector by a linear rule, better than an arbitrary label and better than
elsewhere?

Every word is asked once, by a rule learnt from other texts; what comes back is whether each word was named rightly, so
that means and intervals of anything are taken over the same words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
from jaxtyping import Bool, Float, Real, Shaped

from mhattn_core.errors import ShapeError

SPLITS = 3
FEWEST_OF_A_CLASS = 20
"""Classes with fewer words are left out: there would be too few to learn from and to ask."""
DRAWS = 3
"""Of the control task: another draw moves a probe's accuracy by one to three points."""
FAR = 12
"""From so many words on, places are alike."""
ROUNDS, TOLERANCE = 30, 1e-2
"""When a fit is good enough: accuracies move by less than a point beyond, and it takes a tenth of the time."""


@dataclass(frozen=True, eq=False)
class ProbeTask:
    """Words to classify. ``labels``, ``types`` (the word's form) and ``texts`` (a number): one each a word; ``words``:
    which of all words these are."""

    labels: Shaped[np.ndarray, " word"]
    types: Shaped[np.ndarray, " word"]
    texts: Shaped[np.ndarray, " word"]
    words: Shaped[np.ndarray, " word"]

    @property
    def classes(self) -> int:
        return len(set(self.labels.tolist()))

    @property
    def majority(self) -> float:
        """The share of the most frequent class: what no vector at all would give."""
        return float(np.unique(self.labels, return_counts=True)[1].max() / len(self.labels))


def task(labels: Sequence[str], types: Sequence[str], texts: Sequence[int]) -> ProbeTask | None:
    """The words that have a label (not empty) of a class with enough words; None where fewer than two classes are
    left.
    """
    given = np.array(labels, dtype=object)
    names, counts = np.unique(given.astype(str), return_counts=True)
    enough = {name for name, count in zip(names, counts, strict=True) if name and count >= FEWEST_OF_A_CLASS}
    words = np.flatnonzero([label in enough for label in given])
    if len(enough) < 2:
        return None
    return ProbeTask(
        given[words].astype(str), np.array(types, dtype=object)[words].astype(str), np.array(texts)[words], words
    )


def control(given: ProbeTask, *, seed: int) -> Shaped[np.ndarray, " word"]:
    """The control task's labels: every word form has one at random, drawn as often as each class is; ``[word]``.

    A probe that does well here has learnt the forms by heart. Source: Hewitt and Liang 2019, section 2.
    """
    rng = np.random.default_rng(seed)
    forms = np.unique(given.types)
    drawn = dict(zip(forms, rng.choice(given.labels, size=len(forms)), strict=True))
    return np.array([drawn[form] for form in given.types])


def by_heart(
    features: Float[np.ndarray, "word dimension"], given: ProbeTask, *, seed: int
) -> Float[np.ndarray, " word"]:
    """In how many of the control task's draws a probe on ``features [word, dimension]`` names each word rightly: shares
    ``[word]``.

    seed: the draws of one seed are those of no other.
    """
    drawn = (control(given, seed=DRAWS * seed + draw) for draw in range(DRAWS))
    return np.asarray(np.mean([probed(features, labels, given) for labels in drawn], axis=0))


def splits(given: ProbeTask) -> Iterator[tuple[Shaped[np.ndarray, " learn"], Shaped[np.ndarray, " ask"]]]:
    """Words to learn from and words to ask; each word is asked once, and no text is on both sides."""
    texts = np.unique(given.texts)
    part = np.random.default_rng(0).permutation(len(texts)) % SPLITS
    of_word = part[np.searchsorted(texts, given.texts)]
    for number in range(SPLITS):
        yield np.flatnonzero(of_word != number), np.flatnonzero(of_word == number)


def probed(
    features: Float[np.ndarray, "word dimension"], labels: Shaped[np.ndarray, " word"], given: ProbeTask
) -> Shaped[np.ndarray, " word"]:
    """Whether a logistic probe on ``features [word, dimension]`` names each word rightly: bool ``[word]``.

    Raises ShapeError when there are not as many features as words.
    """
    if len(features) != len(labels):
        raise ShapeError(f"{len(features)} vectors for {len(labels)} words.")
    right = np.zeros(len(labels), dtype=bool)
    for learn, ask in splits(given):
        right[ask] = _named(features, labels, learn, ask) == labels[ask]
    return right


@dataclass(frozen=True, eq=False)
class SingleDimensions:
    """``best``: the dimension most often chosen; ``chosen [word]``: whether the dimension chosen on the words learnt
    from names each word rightly; ``first [word]``: the same of dimension 0; ``mean [word]``: the share of all
    dimensions, each alone, that do."""

    best: int
    chosen: Float[np.ndarray, " word"]
    first: Float[np.ndarray, " word"]
    mean: Float[np.ndarray, " word"]


def single_dimensions(features: Float[np.ndarray, "word dimension"], given: ProbeTask) -> SingleDimensions:
    """What one dimension tells by itself: a Gaussian for each class (naive Bayes on one feature)."""
    best, chosen, first, mean = [], *(np.zeros(len(features)) for _part in range(3))
    for learn, ask in splits(given):
        right = _gaussian(features[learn], given.labels[learn], features, given.labels)
        best.append(int(right[learn].mean(axis=0).argmax()))
        chosen[ask], first[ask], mean[ask] = right[ask, best[-1]], right[ask, 0], right[ask].mean(axis=1)
    return SingleDimensions(int(np.bincount(best).argmax()), chosen, first, mean)


def guessed(known: Shaped[np.ndarray, " word"], given: ProbeTask) -> Shaped[np.ndarray, " word"]:
    """Whether the most frequent answer among words with the same ``known [word]`` label is right, of a label that was
    not learnt the most frequent of all: bool ``[word]``; no vector is looked at. Of words' forms, it is a dictionary.
    """
    right = np.zeros(len(known), dtype=bool)
    for learn, ask in splits(given):
        usual = {
            label: _most_frequent(given.labels[learn][known[learn] == label]) for label in set(known[learn].tolist())
        }
        otherwise = _most_frequent(given.labels[learn])
        right[ask] = [
            usual.get(label, otherwise) == answer
            for label, answer in zip(known[ask].tolist(), given.labels[ask], strict=True)
        ]
    return right


def form_known(given: ProbeTask) -> Bool[np.ndarray, " word"]:
    """Whether each word's form is among the words learnt from when it is asked: bool ``[word]``."""
    known = np.zeros(len(given.types), dtype=bool)
    for learn, ask in splits(given):
        known[ask] = np.isin(given.types[ask], given.types[learn])
    return known


def placed(places: Real[np.ndarray, "word 2"]) -> Float[np.ndarray, "word feature"]:
    """``places [word, 2]``, how many words of its sentence stand before and behind each, as a linear rule can read
    them: ``[word, feature]``.
    """
    return np.asarray(np.eye(FAR)[np.minimum(places, FAR - 1)].reshape(len(places), -1))


def reduced(
    vectors: Float[np.ndarray, "word many"], dimensions: int, *, seed: int = 0
) -> Float[np.ndarray, "word {dimensions}"]:
    """``vectors [word, many]`` through random directions to ``[word, dimensions]``: a head with random weights, the
    same size as a real one.
    """
    directions = np.random.default_rng(seed).normal(size=(vectors.shape[1], dimensions)) / vectors.shape[1] ** 0.5
    return np.asarray(vectors @ directions)


def _named(features: np.ndarray, labels: np.ndarray, learn: np.ndarray, ask: np.ndarray) -> np.ndarray:
    if len(set(labels[learn].tolist())) < 2:
        # The control may draw one label for all.
        return np.full(len(ask), labels[learn][0])
    # A cold server's first page, which only reads tables of probes, does not wait for scikit-learn.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features[learn])
    probe = LogisticRegression(max_iter=ROUNDS, tol=TOLERANCE)
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)  # stopped on purpose
        probe.fit(scaler.transform(features[learn]), labels[learn])
    return np.asarray(probe.predict(scaler.transform(features[ask])))


def _most_frequent(labels: np.ndarray) -> str:
    names, counts = np.unique(labels, return_counts=True)
    return str(names[counts.argmax()])


def _gaussian(learnt: np.ndarray, learnt_labels: np.ndarray, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether each dimension alone names each word's class rightly: bool ``[word, dimension]``."""
    names = np.unique(learnt_labels)
    scores = np.empty((len(names), *features.shape))
    for place, name in enumerate(names):
        own = learnt[learnt_labels == name]
        variance = own.var(axis=0) + 1e-6 * learnt.var(axis=0) + 1e-12
        scores[place] = np.log(len(own)) - 0.5 * (np.log(variance) + (features - own.mean(axis=0)) ** 2 / variance)
    return np.asarray(names[scores.argmax(axis=0)] == labels[:, None])
