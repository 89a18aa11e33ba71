"""Studies that are carried out in parts, by workers that die, give what they give in one process."""

from pathlib import Path

import pandas as pd
import pytest
from fake_ray import OnFakeRay
from tiny import put_model

import mhattn_core as mh
from mhattn_core.experiments.ablation import trials
from mhattn_core.runs import ray_delivery
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.progress import Progress
from mhattn_core.runs.relations import control_part

PAIRS = [
    mh.SentencePair(f"The old {noun} saw the {other} on the long road.", "It slept because it was tired.")
    for noun in ("cat", "dog", "horse")
    for other in ("bird", "child", "man", "cart")
]


def test_relations_and_ablation_of_workers_are_those_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(control_part.__kwdefaults__, "networks", 2)
    monkeypatch.setattr(trials, "VARIANTS", 4)
    monkeypatch.setattr(ray_delivery, "FEWEST", 5)
    model = mh.load(str(put_model(tmp_path / "model")), "cpu")
    asked = ("basic", "relations", "ablation")
    here = analyze([model], PAIRS, out=tmp_path / "here", measures=asked)
    where = OnFakeRay(model, seed=1, count=3, share=0.15)
    told: list[Progress] = []
    spread = analyze([model.name], PAIRS, out=tmp_path / "spread", measures=asked, where=where, progress=told.append)
    assert where.ray.killed
    for table in ("relations", "rates", "ablation", "interactions", "curves", "keep_one"):
        pd.testing.assert_frame_equal(spread.table(table), here.table(table), rtol=1e-4, atol=1e-6)
    order = ["relation", "direction", "id", "query", "key"]
    items = [run.items.sort_values(order, ignore_index=True) for run in (here, spread)]
    pd.testing.assert_frame_equal(items[0], items[1][list(items[0])])
    assert told[-1].done == told[-1].total
    assert {worker.part for worker in told[-2].workers} <= {"", "relations_of_part", "best_of_part", "totals_of"}
