"""The page Ablation over a run, without a browser."""

from itertools import combinations
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from ablation_page import faults
from reading import tables, texts

from mhattn_core.findings.ablation.groups import group_sentence
from mhattn_core.findings.ablation.interactions import interaction_sentence
from mhattn_core.runs import store
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved


class _Faulty(Run):
    """A run with tables of faults made up for one model, ``minilm``."""

    made_up: ClassVar[dict[str, pd.DataFrame]] = {}

    def has(self, table: str) -> bool:
        return table in self.made_up

    def table(self, name: str, **only: str) -> pd.DataFrame:
        table = self.made_up[name]
        return table[(table[list(only)] == list(only.values())).all(axis=1)]


def _tables() -> dict[str, pd.DataFrame]:
    heads = pd.DataFrame([(layer, head) for layer in range(6) for head in range(12)], columns=["layer", "head"])
    base = heads.assign(model="minilm", stack="encoder", kind="mean", quantity="retrieval", intact=1.0, n=60)
    delta = (heads["layer"] * 12 + heads["head"] - 30) / 100
    ablation = base.assign(
        ablated=1 + delta, delta=delta, low=delta - 0.05, high=delta + 0.05, gradient_importance=delta.abs()
    ).assign(p=0.01, q=lambda rows: np.where(rows["delta"].abs() > 0.055, 0.02, 0.4), units=60)
    ablation = ablation.assign(tokens=1920, read_as="context")
    kept = base.assign(all_off=2.0, ablated=1.1 + heads["head"] / 100, delta=0.1, low=0.0, high=0.2)
    points = [("importance", 0), *(("random", draw) for draw in range(20))]
    rows = [
        (order, draw, removed, removed / 72, 1 + removed * (1 + draw) / 100)
        for order, draw in points
        for removed in (0, 36, 72)
    ]
    curves = pd.DataFrame(rows, columns=["order", "draw", "removed", "share_removed", "value"])
    pairs = pd.DataFrame(
        [(*a, *b) for a, b in combinations([(0, 0), (0, 1), (5, 3)], 2)],
        columns=["layer_a", "head_a", "layer_b", "head_b"],
    )
    group = {
        "model": "minilm",
        "stack": "encoder",
        "cluster": [0, 1, 2],
        "heads": ["L0 H0, L0 H1", "L1 H0, L2 H1, L3 H1, L5 H9", "L4 H0, L4 H1"],
        "size": [2, 4, 2],
        "kind": "mean",
        "quantity": "retrieval",
        "sum_of_single": [0.1, 0.2, 0.3],
        "together": [0.15, 0.6, 0.25],
        "low": [0.05, 0.5, 0.2],
        "high": [0.2, 0.7, 0.29],
        "excess": [0.05, 0.4, -0.05],
        "excess_low": [-0.01, 0.3, -0.1],
        "excess_high": [0.1, 0.5, -0.01],
        "n": 60,
    }
    right = base.assign(relation="det", intact=0.9, delta=0.0, p95=0.01, hurts=False, n=64).drop(columns="quantity")
    right.loc[[5, 30], ["delta", "hurts"]] = [[0.25, True], [0.02, True]]
    moved = base.drop(columns="quantity").assign(relation="nsubj", clean=1.5, corrupt=-1.0, units=40, contrasts=70)
    moved = moved.assign(recovery=delta, low=delta - 0.05, high=delta + 0.05, q=0.01, attribution=delta / 2, p=0.001)
    ways = [
        ("output", "good_to_bad"),
        ("output", "bad_to_good"),
        ("query", "good_to_bad"),
        ("mean", ""),
        ("knockout", ""),
    ]
    patches = [
        moved.assign(kind=kind, direction=way, positions="all" if way else "", patched=0.5) for kind, way in ways
    ]
    return {
        "patching": pd.concat(patches, ignore_index=True).assign(unasked=4, unequal=5, not_told_apart=1),
        "cluster_ablation": pd.DataFrame(group),
        "minimal_pairs": right.assign(ablated=lambda rows: rows["intact"] - rows["delta"], low=0.0, high=0.3),
        "ablation": ablation,
        "keep_one": kept,
        "curves": curves.assign(model="minilm", quantity="retrieval", n=60),
        "interactions": pairs.assign(
            model="minilm",
            stack="encoder",
            stack_b="encoder",
            kind="mean",
            quantity="retrieval",
            delta_a=0.1,
            delta_b=0.1,
            delta_both=[0.5, 0.2, 0.1],
            interaction=[0.3, 0.0, -0.1],
            low=[0.2, -0.1, -0.2],
            high=[0.4, 0.1, 0.0],
            n=60,
        ),
    }


SAID_OF_A_RUN = {
    "heads": [
        "encoder L5 H11 (+0.410 [+0.360, +0.460])",
        "Tested over all heads (q ≤ 0.05), 36 raise the loss when they are off and 25 lower it; for the other 11 no "
        "change was seen",
        "Read were 60 contexts of 64 words",
        "64 minimal pairs",
        "Right or wrong without a head",
    ],
    "patching": [
        "subject → predicate: L5 H11 carries 0.41 [0.36, 0.46].",
        "ahead by +1.500 nats after the good opening and by −1.000 after the bad one",
        "encoder L5 H11 +0.410 [+0.360, +0.460]",
        "rank the 72 heads alike by 1.00",
        "Heads without which the answer falls (q ≤ 0.05): patching 41, ablation 41, knockout 41",
    ],
    "safe": [
        "are measured on this pair, an example",
        "60 pairs",
        "so that these compensate for one another: 1 of 3.",
        "First of them L1 H0, L2 H1, L3 H1 + 1: +0.200 in sum, +0.600 together",
    ],
    "curve": [
        "With 36 off, the most important first: 1.36; the same number at random: 4.78 (1.36 to 8.20)",
        "Layer 0 misses its other heads most",
    ],
    "vote": [
        "Of 3 pairs of heads 1 compensate for each other, most of all encoder L0 H0 and encoder L0 H1: alone +0.100 "
        "and +0.100, together +0.500"
    ],
}


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Saved:
    """A run that ships, opened with tables of faults."""
    saved = next(run for run in store.shipped() if "minilm" in run.about.models)
    real = saved.open()
    monkeypatch.setattr(_Faulty, "made_up", _tables())
    monkeypatch.setattr("mhattn_core.ui.evidence.opened", lambda _run: _Faulty(real.folder, real.manifest))
    return saved


@pytest.mark.parametrize("tab", list(SAID_OF_A_RUN))
def test_a_run_gives_intervals(tab: str, shipped: Saved) -> None:
    app = faults(tab, "minilm", evidence=shipped.key)
    assert not app.exception
    assert not app.error
    said = texts(app)
    for expected in SAID_OF_A_RUN[tab]:
        assert expected in said
    assert ("60 minimal pairs" if tab == "patching" else "60 pairs") in said
    assert "Until then" not in said
    assert "Without intervals" not in said


@pytest.mark.parametrize("tab", list(SAID_OF_A_RUN))
def test_a_run_with_two_quantities_has_one_choice_for_the_page(
    tab: str, shipped: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an encoder has over pairs with second sentences."""
    both = {
        name: table
        if name in ("minimal_pairs", "patching")
        else pd.concat([table, table.assign(quantity="displacement")], ignore_index=True)
        for name, table in _tables().items()
    }
    monkeypatch.setattr(_Faulty, "made_up", both)
    app = faults(tab, "minilm", evidence=shipped.key)
    assert not app.exception
    assert not app.error


def test_groups_of_a_run_stand_beside_costs_of_the_run(shipped: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the pair never do, and it is told where the run switched them off in one way alone."""
    tables = _tables()
    monkeypatch.setattr(_Faulty, "made_up", tables | {"ablation": tables["ablation"].assign(kind="zero")})
    assert "Groups were switched off by “mean” alone" in texts(faults("safe", "minilm", evidence=shipped.key))
    monkeypatch.setattr(_Faulty, "made_up", tables | {"cluster_ablation": tables["cluster_ablation"].head(0)})
    said = texts(faults("safe", "minilm", evidence=shipped.key))
    assert "No group of two or more heads" in said
    assert "groups of like heads" not in said


def test_nothing_compensates_where_every_interval_reaches_below() -> None:
    tables = _tables()
    two = tables["interactions"].assign(low=-0.1)
    assert interaction_sentence(two).startswith(
        "Of 3 pairs of heads none compensates for each other by an interval above 0; encoder L0 H0 and encoder L0 H1"
    )
    for doubt in ("low", "excess_low"):
        groups = tables["cluster_ablation"].assign(**{doubt: 0.0})
        assert group_sentence(groups) == (
            "Of 3 groups of like heads none is seen to do more harm together than its heads one at a time."
        )


def test_heads_whose_loss_helps_do_not_compensate_for_one_another() -> None:
    """Off together they help less than in sum, which is no harm that anyone made up for."""
    groups = _tables()["cluster_ablation"].assign(
        sum_of_single=-0.4, together=-0.1, low=-0.2, high=-0.05, excess=0.3, excess_low=0.2
    )
    assert "none is seen to do more harm together" in group_sentence(groups)


def test_minimal_pairs_of_a_run_name_the_costliest_head(shipped: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    app = faults("heads", "minilm", evidence=shipped.key)
    assert "determiner → noun, 90% right with all heads, 2 of 72 heads needed; without encoder L0 H5 65%" in texts(app)
    assert "(no loss beyond chance; one of up to 30% is not excluded)" in texts(app)
    (row,) = tables(app, "intact", "ablated")[0].to_dict("records")
    assert (row["name"], row["n"]) == ("determiner → noun · encoder L0 H5", 64)
    made_up = _tables()
    monkeypatch.setattr(_Faulty, "made_up", made_up | {"minimal_pairs": made_up["minimal_pairs"].head(0)})
    app = faults("heads", "minilm", evidence=shipped.key)
    assert "minilm has no minimal pairs: it has no language head, reads no language in which they are written" in texts(
        app
    )


def test_a_run_without_ablation_says_the_way_out_and_shows_the_pair(
    monkeypatch: pytest.MonkeyPatch, shipped: Saved
) -> None:
    monkeypatch.setattr(_Faulty, "made_up", {})
    app = faults("heads", "minilm", evidence=shipped.key)
    said = texts(app)
    assert "did not switch heads off. Measure the same pairs with “ablation” under Data. Until then" in said
    assert "1 pair: an example" in said
    monkeypatch.setattr(_Faulty, "made_up", _tables())
    app = faults("heads", "marian-en-zh", evidence=shipped.key)
    assert "switched off no heads of marian-en-zh, only of: minilm" in texts(app)


def test_the_best_heads_alone_stand_below_the_curve(shipped: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (order, draw, kept, kept / 72, kept / (72 + worse))
        for order, draw, worse in (("ablation", 0, 0), ("random", 0, 30), ("random", 1, 60))
        for kept in (0, 18, 72)
    ]
    best = pd.DataFrame(rows, columns=["order", "draw", "kept", "share_kept", "recovered"]).assign(
        model="minilm", kind="mean", quantity="retrieval", value=1.0, q10=0.1, median=0.2, q90=0.3, area=0.5, n=60
    )
    monkeypatch.setattr(_Faulty, "made_up", _tables() | {"faithfulness": best})
    app = faults("curve", "minilm", evidence=shipped.key)
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "with 18 of 72 heads, the best by “loss without the head”, 25% of what the heads do is kept" in said
    assert "at random keep 14% to 18%" in said
