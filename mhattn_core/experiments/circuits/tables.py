"""What the weights of every head of a model say: whether it copies, and whose output it reads."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch

from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.circuits.heads import Circuits
from mhattn_core.measures.circuits.composition import composition_scores, rotation
from mhattn_core.measures.circuits.copying import copying_score

COPYING = ("model", "stack", "layer", "head", "copying", "random_low", "random_high", "reason")
COMPOSITION = (
    *("model", "stack_a", "layer_a", "head_a", "stack_b", "layer_b", "head_b"),
    *("kind", "composition", "random", "expected"),
)
DRAWS = 4
"""Rotations of a model's dimensions, each of which gives every head a score that means nothing."""


def copying_table(circuits: Circuits) -> pd.DataFrame:
    """Rows of ``circuits.parquet``: ``COPYING``. random_low, random_high: between which 95 % of the scores of all heads
    of the model lie when what a head writes is rotated at random before it is read by W_U (``DRAWS`` rotations).

    copying is NaN where it cannot be told, with the reason.
    """
    stack = circuits.model.stacks[0]
    rows, random = list[tuple[object, ...]](), list[np.ndarray]()
    turns = [rotation(circuits.stream.width, seed).float() for seed in range(DRAWS)]
    for layer in circuits.layers:
        scores, reason = np.full(circuits.model.attention.heads(stack), np.nan), ""
        try:
            scores = copying_score(circuits.core(layer)).numpy()
            random += [copying_score(circuits.core(layer, turn)).numpy() for turn in turns]
        except NotAvailable as problem:
            reason = problem.happened
        rows += [(stack, layer.layer, head, score, reason) for head, score in enumerate(scores.tolist())]
    table = pd.DataFrame(rows, columns=["stack", "layer", "head", "copying", "reason"])
    known = np.concatenate([*random, np.array([])])
    low, high = np.nanquantile(known, (0.025, 0.975)) if np.isfinite(known).any() else (np.nan, np.nan)
    return table.assign(model=circuits.model.name, random_low=low, random_high=high)[list(COPYING)]


def composition_table(circuits: Circuits, *, tell: Callable[[int], object] = lambda _layers: None) -> pd.DataFrame:
    """Rows of ``composition.parquet``: ``COMPOSITION``. Of each head (b) and of its queries, keys and values (kind) the
    head of an earlier layer (a) whose output they read most.

    random: the greatest score among the same heads when what they write is rotated at random, so that the choice of the
    greatest is in it, too. expected: the root mean square over all rotations. tell: told after each layer. No rows for
    heads whose matrices are not known.
    """
    stack, rows = circuits.model.stacks[0], list[dict[str, object]]()
    turn = rotation(circuits.stream.width, 0).float()
    names: list[tuple[int, int]] = []
    writes: list[torch.Tensor] = []
    turned: list[torch.Tensor] = []
    for layer in circuits.layers:
        for kind, read in circuits.reads(layer).items():
            if read is None or not writes:
                continue
            scores, random = (
                torch.cat([composition_scores(written, read) for written in of_heads]) for of_heads in (writes, turned)
            )
            best = scores.nan_to_num(-1).argmax(dim=0).tolist()
            rows += [
                {
                    "stack_a": stack,
                    "layer_a": names[at][0],
                    "head_a": names[at][1],
                    "stack_b": stack,
                    "layer_b": layer.layer,
                    "head_b": head,
                    "kind": kind,
                    "composition": float(scores[at, head]),
                    "random": float(random[:, head].nan_to_num(-1).max()),
                    "expected": read.shape[1] ** -0.5,
                }
                for head, at in enumerate(best)
            ]
        if (written := circuits.writes(layer)) is not None:
            names += [(layer.layer, head) for head in range(len(written))]
            writes.append(written)
            turned.append(written @ turn)
        tell(1)
    return pd.DataFrame(rows, columns=COMPOSITION).assign(model=circuits.model.name)[list(COMPOSITION)]
