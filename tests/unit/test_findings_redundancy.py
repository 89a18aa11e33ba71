"""What is said of redundant heads, from numbers by hand."""

import json

import pandas as pd
import pytest

from mhattn_core import charts
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.redundancy.shares import sentence
from mhattn_core.measures.quantities import quantity

SHARES = pd.DataFrame(
    {
        "model": ["minilm", "minilm@random"] * 2,
        "stack": "encoder",
        "by": ["js", "js", "cka", "cka"],
        "redundant": [0.153, 1.0, 0.0, float("nan")],
        "low": [0.11, 1.0, float("nan"), float("nan")],
        "high": [0.2, 1.0, float("nan"), float("nan")],
        "noise": [0.361, 1.0, 0.01, float("nan")],
        "limit": [0.0693, 0.0693, 0.1, 0.1],
        "heads": 72,
        "n": 200,
    }
)


def test_the_shares_of_all_models_stand_beside_one_another() -> None:
    said = [plain(sentence(SHARES[SHARES["by"] == by], by)) for by in ("js", "cka")]  # type: ignore[arg-type]
    assert said[0] == (
        "Heads with a redundant partner, by Jensen–Shannon divergence: minilm 15% [11, 20], on random words 36%; "
        "minilm@random 100% [100, 100], on random words 100%."
    )
    assert said[1] == (
        "Heads with a redundant partner, by 1 − CKA of outputs: minilm 0%, on random words 1%; minilm@random unknown."
    )


def test_the_chart_has_a_dot_a_model_and_distance() -> None:
    named = SHARES.assign(distance=[quantity(by).distance_title for by in SHARES["by"]])
    drawn = charts.redundant_shares(named).to_dict()
    (rows,) = drawn["datasets"].values()
    assert len(rows) == 4
    assert {row["distance"] for row in rows} == {"Jensen–Shannon divergence", "1 − CKA of outputs"}
    assert drawn["layer"][2]["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert "minilm · encoder" in json.dumps(drawn, ensure_ascii=False)


@pytest.mark.parametrize(("code", "title"), [("js", "Jensen–Shannon divergence"), ("cka", "1 − CKA of outputs")])
def test_a_distance_is_called_by_its_own_name_and_not_by_that_of_the_likeness(code: str, title: str) -> None:
    assert quantity(code).distance_title == title
    assert quantity("js").distance_axis == "Jensen–Shannon divergence (nats)"
