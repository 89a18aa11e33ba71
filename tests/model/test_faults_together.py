"""Heads of tiny networks off together: two by two, a group, one after the other, all of a layer but one."""

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from fault_pairs import SINGLE, total

import mhattn_core as mh
from mhattn_core.experiments.ablation.curves import fault_curves
from mhattn_core.experiments.ablation.groups import clusters_of, clusters_off, keep_one
from mhattn_core.experiments.ablation.interactions import interaction_table
from mhattn_core.experiments.ablation.pair import ablate_each, pair_clusters, pair_loss
from mhattn_core.experiments.ablation.single_head import each_off
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.heads import Head
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, bootstrap_weights


def test_interactions_are_sums_of_deltas(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    a, b, c = ("decoder", 0, 1), ("decoder", 0, 3), ("decoder", 2, 0)
    table = interaction_table(trials, [a, b, c], "zero")
    assert len(table) == 3
    words = trials.counts["loss"].sum()
    row = table.iloc[1]
    assert (row["layer_a"], row["head_a"], row["layer_b"], row["head_b"]) == (0, 1, 2, 0)
    intact, alone_a, alone_c, both = (
        sum(total(llama, pair, ablate) for pair in SINGLE) / words
        for ablate in ({}, {a: "zero"}, {c: "zero"}, {a: "zero", c: "zero"})
    )
    assert row["delta_both"] == pytest.approx(both - intact, abs=1e-4)
    assert row["interaction"] == pytest.approx(both - alone_a - alone_c + intact, abs=2e-4)
    assert table["low"].isna().all()


def test_a_backup_head_is_found() -> None:
    """Two heads of one key/value group made alike in every weight, each so loud that one is enough: only both together
    are missed.
    """
    model = model_of(family_named("llama"))
    layer = model.network.model.layers[2].self_attn
    with torch.no_grad():
        layer.q_proj.weight[8:16] = layer.q_proj.weight[:8]
        layer.o_proj.weight[:, 8:16] = layer.o_proj.weight[:, :8]
        layer.o_proj.weight[:, :16] *= 20
    trials = Trials(model, SINGLE)
    found = trials.totals(
        [
            {},
            {("decoder", 2, 0): "zero"},
            {("decoder", 2, 1): "zero"},
            {("decoder", 2, 0): "zero", ("decoder", 2, 1): "zero"},
        ]
    )["loss"]
    np.testing.assert_allclose(found[1], found[2], atol=1e-3)
    changes = np.abs(found[1:] - found[0]).sum(axis=1)
    assert changes[2] > 2 * (changes[0] + changes[1])
    table = interaction_table(trials, [("decoder", 2, 0), ("decoder", 2, 1)], "zero")
    assert np.sign(table["interaction"].iloc[0]) == np.sign(table["delta_both"].iloc[0])


def test_curves_begin_intact_and_end_without_heads(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    heads = llama.attention.all_heads()
    told: list[tuple[int, int]] = []
    table = fault_curves(
        trials, heads, "zero", steps=4, draws=2, passes=lambda sentences, of: told.append((sentences, of))
    )
    assert table.groupby(["order", "draw"]).size().to_dict() == {
        ("importance", 0): 4,
        ("random", 0): 4,
        ("random", 1): 4,
    }
    assert sorted(set(table["removed"])) == [0, 4, 8, 12]
    words = trials.counts["loss"].sum()
    for removed, ablate in ((0, {}), (4, dict.fromkeys(heads[:4], "zero")), (12, dict.fromkeys(heads, "zero"))):
        own = table[(table["removed"] == removed) & (table["order"] == "importance")]["value"]
        expected = sum(total(llama, pair, ablate) for pair in SINGLE) / words
        assert own.iloc[0] == pytest.approx(expected, abs=1e-4)
    assert table[table["removed"] == 12]["value"].nunique() == 1
    # None, all, and two points of three orders, each over three sentences.
    assert sum(sentences for sentences, _of in told) == (2 + 2 * 3) * 3
    assert {of for _sentences, of in told} == {(2 + 2 * 3) * 3}


def test_one_head_of_a_layer_and_a_group(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    words = trials.counts["loss"].sum()
    kept = keep_one(trials, "zero").set_index(["layer", "head"])
    others = dict.fromkeys([("decoder", 1, head) for head in (0, 1, 3)], "zero")
    assert kept.loc[(1, 2), "ablated"] == pytest.approx(
        sum(total(llama, pair, others) for pair in SINGLE) / words, abs=1e-4
    )
    layer = others | {("decoder", 1, 2): "zero"}
    assert kept.loc[(1, 2), "all_off"] == pytest.approx(
        sum(total(llama, pair, layer) for pair in SINGLE) / words, abs=1e-4
    )
    clusters = [[Head("decoder", 1, head) for head in range(4)], [Head("decoder", 0, 1), Head("decoder", 2, 3)]]
    off = each_off(trials, "zero")
    table = clusters_off(trials, clusters, off, "zero")
    assert table["together"].iloc[0] == pytest.approx(
        kept.loc[(1, 2), "all_off"] - kept.loc[(1, 2), "intact"], abs=1e-4
    )
    single = (off["loss"] - trials.intact["loss"]).sum(axis=1) / words
    assert table["sum_of_single"].tolist() == pytest.approx([single[4:8].sum(), single[1] + single[11]])
    assert table["heads"].iloc[1] == "L0 H1, L2 H3"
    assert table["excess"].tolist() == pytest.approx((table["together"] - table["sum_of_single"]).tolist())
    assert table[["low", "high", "excess_low", "excess_high"]].isna().all(axis=None)


def test_what_a_group_costs_beyond_its_heads_has_the_interval_of_the_differences(llama: mh.Model) -> None:
    words = " ".join(pair.source for pair in SINGLE).split()
    order = np.random.default_rng(0).permuted(np.tile(words, (FEWEST_FOR_INTERVAL + 6, 1)), axis=1)
    pairs = [mh.SentencePair(" ".join(row[: 3 + place % 5])) for place, row in enumerate(order)]
    # The last of them are of the document of the first.
    units = [str(place % FEWEST_FOR_INTERVAL) for place in range(len(pairs))]
    trials = Trials(llama, pairs)
    group = [Head("decoder", 0, 1), Head("decoder", 2, 3), Head("decoder", 1, 0)]
    (row,) = clusters_off(trials, [group], each_off(trials, "zero"), "zero", units).to_dict("records")
    found = trials.totals([dict.fromkeys(group, "zero"), *({head: "zero"} for head in group)])["loss"]
    found -= trials.intact["loss"]
    for name, part in (("", found[0]), ("excess_", found[0] - found[1:].sum(axis=0))):
        replicates = [(own * part).sum() / (own * trials.counts["loss"]).sum() for own in bootstrap_weights(units)]
        assert [row[f"{name}low"], row[f"{name}high"]] == pytest.approx(np.quantile(replicates, [0.025, 0.975]))
        assert row[f"{name}low"] < row["together" if not name else "excess"] < row[f"{name}high"]


def test_groups_of_like_heads_of_one_pair(llama: mh.Model) -> None:
    """Every group has heads of one stack, two to half of all, each head in one group at most; the live table is that of
    the trials.
    """
    pair = SINGLE[1]
    groups = clusters_of(llama, [pair])
    heads = [head for group in groups for head in group]
    assert groups
    assert len(set(heads)) == len(heads)
    assert all(2 <= len(group) <= 6 for group in groups)
    alone = ablate_each(llama, pair, kind="zero")
    table = pair_clusters(llama, pair, alone, "zero")
    assert [row.split(", ") for row in table["heads"]] == [
        [f"L{layer} H{head}" for _stack, layer, head in group] for group in groups
    ]
    intact = pair_loss(llama, pair).value
    for row, group in zip(table.itertuples(), groups, strict=True):
        assert row.together == pytest.approx(
            pair_loss(llama, pair, dict.fromkeys(group, "zero")).value - intact, abs=1e-4
        )
        delta = alone.set_index(["stack", "layer", "head"])["delta"]
        assert row.sum_of_single == pytest.approx(sum(delta[head] for head in group))
    assert table["low"].isna().all()
