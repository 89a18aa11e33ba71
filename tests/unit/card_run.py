"""A run with cards, made up by hand: an encoder of 1 × 2 heads, and a causal model beside it."""

from pathlib import Path

import pandas as pd

import mhattn_core as mh
from mhattn_core.runs.manifest import Manifest

A, B = "minilm", "smollm2"
PLAIN = {"band": 0, "query": -1, "key": -1, "even": 0.1, "lift": 1.0, "count": 20}


def of_card(head: int, part: str, item: str, mass: float, **more: object) -> dict[str, object]:
    return PLAIN | {
        "model": A,
        "stack": "encoder",
        "layer": 0,
        "head": head,
        "part": part,
        "item": item,
        "mass": mass,
        **more,
    }


TABLES: dict[str, list[dict[str, object]]] = {
    "heads": [
        {"model": m, "stack": s, "layer": 0, "head": h, "measure": "entropy", "group": "", "value": 1.0, "n": 9}
        for m, s in ((A, "encoder"), (B, "decoder"))
        for h in (0, 1)
    ],
    "pairs": [{"id": f"p{number}", "fold": number} for number in range(9)],
    "cards": [
        of_card(1, "distance", "0", 0.1, even=0.2, lift=0.83),
        of_card(1, "distance", "1", 0.4, even=0.3, lift=2.2),
        of_card(1, "distance", "3–4", 0.1, even=0.5, lift=0.3),
        of_card(1, "key", "the", 0.3, lift=1.2),
        of_card(1, "key", "<b>cat", 0.2, lift=4.0),
        of_card(1, "query", "sat", 0.5),
        of_card(1, "link", "p7", 0.9, band=1, query=2, key=0),
        of_card(1, "link", "p7", 0.6, band=1, query=1, key=2),
        of_card(1, "link", "p3", 0.2, band=2, query=1, key=0),
        of_card(0, "key", "the", 0.9),
    ],
    "card_sentences": [
        {"model": A, "stack": "encoder", "id": "p7", "queries": ["The", "cat", "sat"], "keys": ["The", "cat", "sat"]},
        {"model": A, "stack": "encoder", "id": "p3", "queries": ["It", "slept"], "keys": ["It", "slept"]},
    ],
    "ablation": [
        {"model": A, "stack": "encoder", "layer": 0, "head": h, "kind": "mean", "quantity": "displacement", "delta": d}
        | {"intact": 0.0, "ablated": d, "low": d - 0.1, "high": d + 0.1, "n": 50}
        for h, d in ((0, 0.7), (1, 0.3))
    ],
    "distances": [
        {"model": A, "stack": "encoder", "layer_a": 0, "head_a": 0, "layer_b": 0, "head_b": 1, "js": 0.02, "n": 50}
        | {"low": 0.01, "high": 0.03, "noise": 0.05, "correlation": 0.1, "cka": 0.2}
    ],
    "matches": [
        {"model_a": B, "stack_a": "decoder", "layer_a": 0, "head_a": 0, "model_b": A, "stack_b": "encoder"}
        | {"layer_b": 0, "head_b": 1, "by": "profile", "cost": 0.3, "null95": 0.5, "p": 0.01, "q": 0.02, "n": 9}
        | {"reliability": 0.9, "mutual": True, "verdict": "shared role"}
    ],
}


def written(folder: Path, tables: dict[str, list[dict[str, object]]]) -> mh.Run:
    for name, rows in tables.items():
        pd.DataFrame(rows).to_parquet(folder / f"{name}.parquet")
    Manifest(((A, "1"), (B, "2")), "corpus", 9, ("basic", "cards"), finished=True).write(folder)
    return mh.Run.open(folder)
