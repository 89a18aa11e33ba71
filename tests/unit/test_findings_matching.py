"""What is said of counterparts, from the run that ships."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.matching.counterparts import of_matched, sentence
from mhattn_core.findings.matching.matched import Matched, matched
from mhattn_core.findings.matching.pair import verdict
from mhattn_core.measures.matching.verdicts import SHARED


@pytest.fixture(scope="module")
def found() -> Matched:
    """Of six heads two are shared roles."""
    run = mh.Run.open("ewt-dev")
    one = matched(run, "minilm", "minilm@random", "profile", "encoder")
    rows = one.table.head(6).assign(
        q=[0.01, 0.02, 0.2, 0.5, 0.6, np.nan], p=0.01, reliability=0.9, attainable=[1.0, 1, 1, 1, 0, 1], n=40
    )
    rows["shared"] = rows["q"] < 0.05
    rows.loc[5, ["layer_b", "head_b"]] = pd.NA
    return replace(one, table=rows, controls={"@random": 1, "@shuffled": 0})


def test_what_is_attainable_and_what_controls_give_stands_beside_the_count(found: Matched) -> None:
    assert plain(sentence(found)) == (
        "2 of 6 heads of minilm have a counterpart in minilm@random (shared role). In minilm itself, on other pairs, 5 "
        "are found again. With random weights in the place of minilm@random's: 1. With minilm@random's weights "
        "shuffled: 0."
    )


def test_a_pair_says_what_its_verdict_rests_on(found: Matched) -> None:
    shared, other = (plain(verdict(found, found.table.loc[pair])) for pair in (0, 2))
    assert "(q = 0.010)" in shared
    assert "shared role" in shared
    assert "(q = 0.200); reliability 0.90" in other
    assert "no counterpart" in other


def test_the_chart_and_its_narrow_form_have_the_pairs(found: Matched) -> None:
    finding = of_matched(found)
    assert finding.pairs == 40
    drawn = {row["name_a"] for rows in finding.chart.to_dict()["datasets"].values() for row in rows if "cost" in row}
    assert drawn == set(found.table["name_a"].head(5))
    assert finding.draw_narrow is not None
    (bars,) = finding.draw_narrow().to_dict()["datasets"].values()
    assert len(bars) == 5
    assert all(" – " in bar["name"] for bar in bars)


def test_runs_of_earlier_versions_open_and_are_called_untested() -> None:
    run = mh.Run.open("ewt-dev")
    one = matched(run, "minilm", "smollm2", "profile", "encoder – decoder")
    table = run.matches
    if "q" not in table:
        assert not one.is_tested
        assert one.attainable is None
    assert (one.table["verdict"] != "").all()
    assert one.shared == (run.match("minilm", "smollm2")["verdict"] == SHARED).sum()
    assert mh.finding(run, "counterparts").table["name_a"].iloc[0] == "L0 H0"
