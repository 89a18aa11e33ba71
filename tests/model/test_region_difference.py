"""Where attention moves between two models, and between two ways of feeding one pair."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chatting import chatting

import mhattn_core as mh
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.findings.heads.difference import as_pair, differences, on_pair, sides
from mhattn_core.findings.heads.region_difference import region_difference_on_pair
from mhattn_core.findings.heads.regions import regions_table
from mhattn_core.findings.markdown import escape
from mhattn_core.measures.difference import difference
from mhattn_core.measures.statistics import bootstrap_weights
from mhattn_core.text.feeding import Feeding

CHAT = Feeding("chat", "be good")
PAIRS = [
    mh.SentencePair(f"the {a} cat {b}", f"it was {c}")
    for a, b, c in product(
        ("old", "long", "very old"), ("sat", "slept on the mat"), ("tired", "old", "on it", "very old", "long", "mat")
    )
]
KEYS = ["layer", "head", "region"]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return chatting(tmp_path_factory.mktemp("chat"))


def run_code(code: str) -> pd.DataFrame:
    again: dict[str, pd.DataFrame] = {}
    lines = code.splitlines()
    exec("\n".join([*lines[:-1], f"table = {lines[-1]}"]), again)
    return again["table"]


def test_over_a_run_it_is_the_mean_of_the_heads_and_both_models_are_resampled_together(
    chat: mh.Model, tmp_path: Path
) -> None:
    names = [chat.name, f"{chat.name}@shuffled"]
    run = mh.analyze(names, PAIRS, out=tmp_path / "run", measures=["basic", "regions"], feeding=CHAT, device="cpu")
    finding = mh.finding(run, "region_difference", before=names[0], after=names[1])
    replicates = []
    weights = bootstrap_weights([f"{pair.source}\n{pair.target}" for pair in PAIRS])
    for name in names:
        model = mh.load(name, device="cpu")
        seen = [mh.attend(model, replace(pair, feeding=CHAT)) for pair in PAIRS]
        shares = np.array([regions_table(one, "decoder").set_index(KEYS)["share"].to_numpy() for one in seen])
        words = np.array([len(one.words("decoder").queries) for one in seen])
        replicates.append((weights @ (shares * words[:, None])) / (weights @ words)[:, None])
    index = regions_table(seen[0], "decoder").set_index(KEYS).index
    apart = pd.DataFrame((replicates[1] - replicates[0]).T, index=index).groupby("region").mean()
    for region, row in finding.table.drop_duplicates("region").set_index("region").iterrows():
        own = finding.table[finding.table["region"] == region]
        assert row["mean"] == pytest.approx(own["value"].mean())
        low, high = np.quantile(apart.loc[str(region)], [0.025, 0.975])
        assert (row["mean_low"], row["mean_high"]) == pytest.approx((low, high), abs=1e-6)
    assert finding.table["mean_low"].notna().all()
    assert "95 % interval" in finding.sentence
    np.testing.assert_allclose(finding.table.groupby(["layer", "head"])["value"].sum(), 0, atol=1e-5)
    assert finding.chart.to_dict()
    assert "as a chat" in finding.evidence


def test_of_one_model_it_says_what_the_template_changes_and_how_it_is_got_again(chat: mh.Model) -> None:
    after = mh.attend(chat, replace(PAIRS[0], feeding=CHAT))
    before = mh.attend(chat, as_pair(after))
    finding = region_difference_on_pair(before, after, "decoder")
    table = finding.table.set_index(KEYS)
    system = regions_table(after, "decoder").set_index(KEYS)["share"].unstack("region")["system"]
    np.testing.assert_allclose(table.xs("system", level="region")["value"], system)  # as a pair there is none
    assert (table.xs("system", level="region")["a"] == 0).all()
    names = [f"{chat.name} ({fed})" for fed in ("as a pair", "as a chat")]
    assert finding.table[["model_a", "model_b"]].iloc[0].tolist() == names
    pd.testing.assert_frame_equal(run_code(finding.code), finding.table)
    name_a, name_b = sides((before, after))
    rows = difference(heads_table(before), heads_table(after)).assign(model_a=name_a, model_b=name_b)
    rows = rows.query("stack == 'decoder' and measure == 'distance'")
    of_measure = on_pair(differences(rows, "distance"), (before, after), "decoder", "distance")
    assert f"From {escape(names[0])} to {escape(names[1])}" in of_measure.sentence
    pd.testing.assert_frame_equal(run_code(of_measure.code), of_measure.table)


def test_a_run_without_regions_has_none(chat: mh.Model, tmp_path: Path) -> None:
    names = [chat.name, f"{chat.name}@random"]
    run = mh.analyze(names, PAIRS[:3], out=tmp_path / "run", device="cpu")
    assert "region_difference" not in {one.name for one in mh.all_findings(run)}
    assert {"difference_grid"} <= {one.name for one in mh.all_findings(run)}
