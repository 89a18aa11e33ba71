"""Alignment error as tables: every head with its interval, on many pairs or on one, and the baselines."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Real

from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.measures.alignment.aligned import MEAN, Aligned, Gold, LinkReading, baseline_sums
from mhattn_core.measures.alignment.measures import (
    alignment_error_rate,
    error_sums,
    f1,
    links,
    precision,
    recall,
)
from mhattn_core.measures.statistics import bootstrap_weights, interval

DIAGONAL = "diagonal"


def alignment_table(aligned: Aligned) -> pd.DataFrame:
    """One row a head, rows and weight: model, stack, layer, head, rows, weight, aer, low, high, precision, recall, f1,
    n.

    Errors are shares, 0 to 1; low and high are the 95 % bootstrap interval of aer; n counts pairs. Head −1 is the mean
    of the layer's heads.
    """
    weights = bootstrap_weights(aligned.keys)
    return pd.concat([_rows(aligned, reading, weights) for reading in aligned.found], ignore_index=True)


def pair_table(model: str, aligned: AlignmentWeights, gold: Gold) -> pd.DataFrame:
    """Every head on one pair: model, stack, layer, head, measure, value, n; measures ``aer`` and ``f1`` against these
    links, n counts the links that are sure.
    """
    sums = error_sums(links(aligned), *gold)
    layer, head = (axis.ravel() for axis in np.indices(sums.shape[:2]))
    frames = [
        pd.DataFrame(
            {
                "model": model,
                "stack": aligned.stack,
                "layer": layer,
                "head": head,
                "measure": measure,
                "value": finish(sums).ravel(),
            }
        )
        for measure, finish in (("aer", alignment_error_rate), ("f1", f1))
    ]
    return pd.concat(frames, ignore_index=True).assign(n=int(gold.sure.sum()))


def baseline_row(aligned: Aligned) -> pd.DataFrame:
    """The diagonal baseline on the same pairs, as a row of ``alignment_table``."""
    return named_row(DIAGONAL, baseline_sums(aligned.gold), aligned.keys)


def named_row(name: str, sums: Float[np.ndarray, "pair 4"], keys: tuple[str, ...]) -> pd.DataFrame:
    """Sums ``[pair, 4]`` of an aligner without heads as a row of ``alignment_table``."""
    row = _numbers(sums[:, None], bootstrap_weights(keys))
    return pd.DataFrame({"model": name, "stack": "", "layer": MEAN, "head": MEAN, "rows": "", "weight": ""} | row)


def _rows(aligned: Aligned, reading: LinkReading, weights: Real[np.ndarray, "draw pair"]) -> pd.DataFrame:
    sums = aligned.sums(reading)
    layer, head = (axis.ravel() for axis in np.indices(sums.shape[1:3]))
    head = np.where(head == sums.shape[2] - 1, MEAN, head)
    columns = {
        "model": aligned.model,
        "stack": reading.stack,
        "layer": layer,
        "head": head,
        "rows": reading.rows,
        "weight": reading.weight,
    }
    return pd.DataFrame(columns | _numbers(sums.reshape(len(sums), -1, 4), weights))


def _numbers(
    sums: Float[np.ndarray, "pair *head 4"], weights: Real[np.ndarray, "draw pair"]
) -> dict[str, np.ndarray | int]:
    total = sums.sum(axis=0)
    low, high = interval(sums, weights, alignment_error_rate)
    shares = {"precision": precision(total), "recall": recall(total), "f1": f1(total)}
    return {"aer": alignment_error_rate(total), "low": low, "high": high} | shares | {"n": len(sums)}
