"""A run that ships, with detectors and needles written by hand."""

import shutil
from pathlib import Path

import pandas as pd

import mhattn_core as mh
from mhattn_core.experiments.retrieval.search import HEADS, MASKING, TRIALS
from mhattn_core.measures.detectors.table import COLUMNS


def rows(model: str, measure: str, *values: float, passed: tuple[int, ...] = (), random95: float = 0.1) -> pd.DataFrame:
    """Heads 0, 1 … of layer 3."""
    table = pd.DataFrame({"head": range(len(values)), "value": values})
    return table.assign(
        model=model,
        stack={"smollm2": "decoder"}.get(model, "encoder"),
        layer=3,
        measure=measure,
        low=table["value"] - 0.05,
        high=table["value"] + 0.05,
        random95=random95,
        shuffled95=0.2,
        detected=table["head"].isin(passed),
        n=32,
    )[list(COLUMNS)]


DETECTORS = pd.concat(
    [
        rows("smollm2", "induction", 0.9, 0.1, 0.5, passed=(0, 2)),
        rows("smollm2", "copying", 0.8, 0.7, 0.1, passed=(0, 1), random95=0.15),
        rows("smollm2", "sink.64", 0.2, 0.95, 0.1, passed=(1,)),
        rows("smollm2", "output_norm", 0.05, 1.2, 1.75, passed=(0,), random95=float("nan")),
        rows("minilm", "sink.64", 0.01, 0.02, 0.25),
    ],
    ignore_index=True,
)


def with_detectors(ships: str, tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open(ships).folder, folder)
    DETECTORS.to_parquet(folder / "detectors.parquet")
    trials = [
        ("smollm2", "en", length, depth, 0, length - 5, recall, 0.3)
        for length, depth, recall in ((256, 0.0, 1.0), (256, 1.0, 0.8), (512, 0.0, 0.1), (512, 1.0, 0.3))
    ]
    heads = [
        ("smollm2", "decoder", 3, head, "retrieval_score", "en", value, None, None, 4)
        for head, value in enumerate((0.25, 0.0, 0.1))
    ]
    masking = [
        ("smollm2", "en", 256, kind, size, draw, recall, 0.9, 2)
        for kind, size, draw, recall in (
            ("top", 1, 0, 0.5),
            ("random", 1, 0, 0.9),
            ("top", 3, 0, 0.2),
            ("random", 3, 0, 0.8),
        )
    ]
    for name, columns, table in (
        ("retrieval", HEADS, heads),
        ("retrieval_trials", TRIALS, trials),
        ("retrieval_masking", MASKING, masking),
    ):
        made = pd.DataFrame(table, columns=list(columns))
        made.astype({"low": float, "high": float} if "low" in made else {}).to_parquet(folder / f"{name}.parquet")
    return mh.Run.open(folder)
