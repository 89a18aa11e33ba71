"""What can be read off every head's queries, keys and values: one row a head, vector and task, and one row for all
heads together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mhattn_core.measures.probing.probes import (
    ProbeTask,
    by_heart,
    form_known,
    guessed,
    placed,
    probed,
    reduced,
    single_dimensions,
    task,
)
from mhattn_core.measures.probing.words import ProbeWords
from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, supported

ASKED = {
    "query": ("pos", "role", "category", "partner"),
    "key": ("pos", "role", "category"),
    "value": ("pos", "role", "category"),
}
"""Of a query also what it might ask for: its partner's part of speech."""
PROBED = sum(map(len, ASKED.values()))
"""Probes of a head."""
NUMBERS = (
    "accuracy",
    "low",
    "high",
    "control",
    "control_low",
    "control_high",
    "gain",
    "gain_low",
    "gain_high",
    "input",
    "input_low",
    "input_high",
    "over_input",
    "over_input_low",
    "over_input_high",
    "dimension_accuracy",
    "first_dimension",
    "any_dimension",
    "first_gain",
    "first_gain_low",
    "first_gain_high",
    "own_pos",
    "place",
    "form",
    "form_low",
    "form_high",
    "over_form",
    "over_form_low",
    "over_form_high",
    "known_forms",
    *(
        f"{name}_{part}{end}"
        for part in ("known", "new")
        for name, end in (
            *((name, "") for name in ("accuracy", "control", "form")),
            *(("gain", end) for end in ("", "_low", "_high")),
        )
    ),
    "majority",
    "classes",
    "n",
)
HEADS = ("model", "stack", "layer", "head", "vector", "task", *NUMBERS, "dimension")
MEANS = ("model", "stack", "vector", "task", *NUMBERS, "heads", "above_control", "above_input")
DIFFERENCES = {
    "gain": ("accuracy", "control"),
    "over_input": ("accuracy", "input"),
    "over_form": ("accuracy", "form"),
    "first_gain": ("first_dimension", "any_dimension"),
}
BY_FORM = ("accuracy", "control", "gain", "form")
"""Also of words whose form was learnt, and of the others."""


def probe_tables(
    model: str, stack: str, words: ProbeWords, keys: Sequence[str], *, tell: Callable[[int], None] = lambda _heads: None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accuracies on held-out texts: of each head (``HEADS``), and the means over the stack's heads (``MEANS``), which
    nobody chose.

    accuracy: of the head's vector. control: of the control task, the mean over draws of the head's own (see
    ``by_heart``); gain: accuracy
    less it. input: of as many random directions of the layer's input; over_input: accuracy less it. dimension: the
    single one that tells most, chosen where it is learnt, and its ``dimension_accuracy``; first_dimension: of dimension
    0 alone; any_dimension: of one drawn at random; first_gain: the former less the latter. Without any vector, own_pos:
    of the usual answer for the word's own part of speech;
    place: of where it stands in its sentence, which random weights carry as well; form: of the usual answer for the
    word's form where that was learnt, else of the most frequent answer; over_form: accuracy less it. known_forms: share
    of words whose form was learnt; ``accuracy_known`` and so on: over these words, ``accuracy_new``: over the others,
    of which a dictionary knows nothing. above_control, above_input: number of
    heads whose interval of ``gain``, ``over_input`` lies above 0. Heads that share keys and values have the same rows.

    keys: of each number in ``words.texts`` what is resampled as one, its document or its text, for intervals (95 %; see
    ``supported``); probes are not learnt anew.
    tell: told how many heads' probes were learnt since, up to ``PROBED`` times the number of heads.
    Source: Hewitt and Liang 2019 (control task, selectivity).
    """
    known = [
        _Asked(name, given, words, np.array([keys[text] for text in given.texts]))
        for name, given in ((name, task(labels, words.types, words.texts)) for name, labels in words.labels.items())
        if given is not None
    ]
    heads, means = [], []
    for asked in known:
        for vector in (vector for vector, names in ASKED.items() if asked.name in names):
            rows, hits = zip(*_heads(asked, vector, tell), strict=True)
            heads += rows
            sharing = len(words.vectors["query"][0]) // len(words.vectors[vector][0])
            own = rows[::sharing]  # of each group of heads that share the vector, one
            means.append(
                {
                    "vector": vector,
                    "task": asked.name,
                    **asked.numbers(_mean(hits[::sharing])),
                    "heads": len(own),
                    "above_control": sum(row["gain_low"] > 0 for row in own),
                    "above_input": sum(row["over_input_low"] > 0 for row in own),
                }
            )
    of_heads, of_all = (pd.DataFrame(rows).assign(model=model, stack=stack) for rows in (heads, means))
    return _compact(of_heads.reindex(columns=list(HEADS))), _compact(of_all.reindex(columns=list(MEANS)))


@dataclass(frozen=True, eq=False)
class _Asked:
    """One task. units: of each word, what is resampled as one."""

    name: str
    given: ProbeTask
    words: ProbeWords
    units: np.ndarray

    @cached_property
    def is_known(self) -> np.ndarray:
        """Whether each word's form was learnt."""
        return form_known(self.given)

    @cached_property
    def _unit_of_word(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights ``[replicate, unit]``, and the number of each word's unit."""
        units, of_word = np.unique(self.units, return_inverse=True)
        return bootstrap_weights(units.tolist()), of_word

    def numbers(self, hits: Mapping[str, np.ndarray]) -> dict[str, float]:
        """What is right in the mean, with intervals; hits: ``[word]`` each."""
        weights, of_word = self._unit_of_word
        every = np.ones(len(of_word))
        differences = {name: hits[one] - hits[other] for name, (one, other) in DIFFERENCES.items()}
        parts = {name: (values, every) for name, values in (dict(hits) | differences).items()}
        known = self.is_known.astype(float)
        for name in BY_FORM:
            values = parts[name][0]
            parts |= {f"{name}_known": (values * known, known), f"{name}_new": (values * (1 - known), 1 - known)}
        sums = np.zeros((weights.shape[1], len(parts), 2))
        np.add.at(sums, of_word, np.stack([np.stack(part, axis=1) for part in parts.values()], axis=1))
        low, high = supported(*interval(sums, weights, quotient), (sums[..., 1] > 0).sum(axis=0), lowest=-1.0)
        named = zip(parts, quotient(sums.sum(axis=0)), low, high, strict=True)
        found = {
            key: value
            for name, *values in named
            for key, value in zip((name, f"{name}_low", f"{name}_high"), values, strict=True)
        }
        found |= {"low": found["accuracy_low"], "high": found["accuracy_high"]}
        found |= {"majority": self.given.majority, "classes": self.given.classes, "n": len(self.given.words)}
        found |= {"known_forms": known.mean()}
        return {name: found[name] for name in NUMBERS}


def _heads(
    asked: _Asked, vector: str, tell: Callable[[int], None]
) -> Iterator[tuple[dict[str, float | str], dict[str, np.ndarray]]]:
    """The row of every head, layer by layer, and which of the words were named rightly."""
    given, words = asked.given, asked.words
    heads = words.vectors["query"].shape[1]
    own_pos, form = guessed(np.array(words.pos)[given.words], given), guessed(given.types, given)
    place = probed(placed(words.places[given.words]), given.labels, given)
    for layer, groups, inputs in zip(words.layers, words.vectors[vector], words.inputs, strict=True):
        at_input = probed(reduced(inputs[given.words], groups.shape[-1]), given.labels, given)
        found = []
        for number, group in enumerate(groups):
            features = group[given.words]
            alone = single_dimensions(features, given)
            hits = {
                "accuracy": probed(features, given.labels, given),
                "control": by_heart(features, given, seed=layer * len(groups) + number),
                "input": at_input,
                "dimension_accuracy": alone.chosen,
                "first_dimension": alone.first,
                "any_dimension": alone.mean,
                "own_pos": own_pos,
                "place": place,
                "form": form,
            }
            hits = {name: right.astype(float) for name, right in hits.items()}
            found.append(({"vector": vector, "task": asked.name, **asked.numbers(hits), "dimension": alone.best}, hits))
            tell(heads // len(groups))
        for head in range(heads):
            row, hits = found[head * len(groups) // heads]
            yield {"layer": layer, "head": head, **row}, hits


def _compact(table: pd.DataFrame) -> pd.DataFrame:
    """Seven digits are more than some thousand words can tell, and half of the file."""
    return table.astype(dict.fromkeys(table.select_dtypes(np.float64).columns, np.float32))


def _mean(hits: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.mean([one[name] for one in hits], axis=0) for name in hits[0]}
