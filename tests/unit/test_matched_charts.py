"""The picture of matched heads: valid, with every head in its place."""

import altair as alt
import pandas as pd
import pytest
from altair.utils import schemapi

from mhattn_core.charts import matched_heads

HEADS = pd.DataFrame(
    [("a", "one", layer, head) for layer in range(2) for head in range(3)]
    + [("b", "two", layer, head) for layer in range(3) for head in range(2)],
    columns=["side", "model", "layer", "head"],
)
MATCHES = pd.DataFrame(
    {
        "pair": [0, 3],
        "layer_a": [0, 1],
        "head_a": [0, 0],
        "layer_b": [0, 2],
        "head_b": [0, 1],
        "name_a": ["L0 H0", "L1 H0"],
        "name_b": ["L0 H0", "L2 H1"],
        "shared": [True, False],
        "verdict": ["shared role", "no counterpart"],
        "cost": [0.1, 0.7],
        "null95": [0.3, 0.4],
        "stability": [1.0, 0.2],
    }
)


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemapi, "DEBUG_MODE", True)


def rows(chart: alt.LayerChart, layer: int) -> pd.DataFrame:
    return chart.layer[layer].data


def test_links_run_between_the_grids_thick_for_a_shared_role() -> None:
    chart = matched_heads(MATCHES, HEADS, title="cost", chosen=3)
    assert chart.to_dict()
    faint, thick, chosen = (rows(chart, layer) for layer in range(3))
    assert faint["pair"].tolist() == [3]
    assert thick["pair"].tolist() == [0]
    assert chosen["pair"].tolist() == [3]
    assert thick["x"].item() == 0
    assert thick["x2"].item() == 3 + 7  # behind three heads and the gap
    assert faint["y"].item() > thick["y"].item()
    assert faint["y2"].item() == pytest.approx(1, abs=0.2)


def test_heads_without_a_partner_are_there_too() -> None:
    chart = matched_heads(MATCHES, HEADS, title="cost")
    alone = rows(chart, 3)
    assert len(alone) == len(HEADS) - 4
    assert ("one", "L1 H2") in set(alone[["model", "name"]].itertuples(index=False, name=None))


def test_a_click_carries_the_pair() -> None:
    params = matched_heads(MATCHES, HEADS, title="cost", clicks=4).to_dict()["params"]
    assert {param["name"] for param in params} == {"picked", "picked_b"}
    assert all(param["select"]["fields"] == ["pair", "clicks"] for param in params)
