"""What can be read off every head's queries, keys and values: one row a head, vector and task."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mhattn_core.measures.probing.probes import Task, accuracies, control, reduced, single_dimension, summary, task
from mhattn_core.measures.probing.words import ProbeWords

ASKED = {"query": ("pos", "role", "category", "partner"), "key": ("pos", "role", "category"), "value": ("pos", "role", "category")}
"""Of a query also what it might ask for: its partner's part of speech."""
COLUMNS = (
    "model", "stack", "layer", "head", "vector", "task", "accuracy", "low", "high", "control", "control_low", "control_high", "input",
    "input_low", "input_high", "gain_low", "gain_high", "dimension", "dimension_accuracy", "first_dimension", "majority", "classes", "n",
)  # fmt: skip


def probe_table(model: str, stack: str, words: ProbeWords) -> pd.DataFrame:
    """Accuracies on held-out sentences, mean and 95 % range over splits: of the head's vector; of the control task (see ``control``);
    of as many random directions of the layer's input; of the best single dimension, and of dimension 0.

    ``gain_low``, ``gain_high``: of accuracy less control, split by split. Heads that share keys and values have the same rows.
    Source: Hewitt and Liang 2019 (control task, selectivity).
    """
    tasks = {name: task(labels, words.types, words.texts) for name, labels in words.labels.items()}
    rows = [
        row
        for name, given in tasks.items()
        if given is not None
        for layer in range(len(words.inputs))
        for row in _layer(words, name, given, layer)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)[2:]).assign(model=model, stack=stack)[list(COLUMNS)]


def _layer(words: ProbeWords, name: str, given: Task, layer: int) -> Iterator[dict[str, object]]:
    heads = words.vectors["query"].shape[1]
    drawn = control(given, seed=0)
    for vector, asked in ASKED.items():
        if name not in asked:
            continue
        groups = words.vectors[vector][layer]
        size = groups.shape[-1]
        at_input = summary(accuracies(reduced(words.inputs[layer][given.words], size), given.labels, given))
        known = [_probed(group[given.words], given, drawn) for group in groups]
        for head in range(heads):
            yield {
                "layer": layer, "head": head, "vector": vector, "task": name, "majority": given.majority, "classes": given.classes,
                "n": len(given.words), **dict(zip(("input", "input_low", "input_high"), at_input, strict=True)),
                **known[head * len(groups) // heads],
            }  # fmt: skip


def _probed(features: np.ndarray, given: Task, drawn: np.ndarray) -> dict[str, object]:
    own, by_heart = accuracies(features, given.labels, given), accuracies(features, drawn, given)
    dimension, alone = single_dimension(features, given)
    (accuracy, low, high), (random, random_low, random_high), (_gain, gain_low, gain_high) = map(summary, (own, by_heart, own - by_heart))
    return {
        "accuracy": accuracy, "low": low, "high": high, "control": random, "control_low": random_low, "control_high": random_high,
        "gain_low": gain_low, "gain_high": gain_high, "dimension": dimension, "dimension_accuracy": float(alone.mean()),
        "first_dimension": float(single_dimension(features[:, :1], given)[1].mean()),
    }  # fmt: skip
