"""What is said of redundant heads, from numbers by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mhattn_core import charts
from mhattn_core.experiments.redundancy.stack_distances import StackDistances
from mhattn_core.findings.ablation.measured import Measured
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.redundancy.cost import cost_and_nearness
from mhattn_core.findings.redundancy.groups import groups_of_heads
from mhattn_core.findings.redundancy.groups import verdict as groups_verdict
from mhattn_core.findings.redundancy.nearest import distances
from mhattn_core.findings.redundancy.shares import sentence
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.findings.redundancy.two_heads import by_every_distance, disagreeing, verdict
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.clusters import Groups, tree
from mhattn_core.text.pair import SentencePair

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
        "Heads with a redundant partner, by Jensen–Shannon divergence: minilm 15% [11, 20], on random words 36%. "
        "Random controls: minilm@random 100%."
    )
    assert said[1] == (
        "Heads with a redundant partner, by 1 − CKA of outputs: minilm 0%, on random words 1%. "
        "Random controls: minilm@random unknown."
    )


def test_the_chart_has_a_mark_a_model_and_distance() -> None:
    named = SHARES.assign(distance=[quantity(by).distance_title for by in SHARES["by"]])
    drawn = charts.redundant_shares(named).to_dict()
    (rows,) = drawn["datasets"].values()
    assert len(rows) == 4
    assert {row["distance"] for row in rows} == {"Jensen–Shannon divergence", "1 − CKA of outputs"}
    mark = drawn["spec"]["layer"][2]["encoding"]
    assert mark["x"]["scale"]["domain"] == [0, 1]
    # A model of one stack is called by its name alone.
    assert mark["y"]["sort"] == ["minilm", "minilm@random"]
    assert drawn["facet"]["column"]["sort"] == ["Jensen–Shannon divergence", "1 − CKA of outputs"]


def test_each_stack_of_a_translator_has_a_line() -> None:
    stacks = SHARES.assign(distance="js", model="m", stack=["encoder", "decoder", "cross", "encoder"])
    drawn = charts.redundant_shares(stacks, narrow=True).to_dict()
    assert drawn["spec"]["layer"][2]["encoding"]["y"]["sort"] == ["m · encoder", "m · decoder", "m · cross"]
    assert list(drawn["facet"]) == ["row"]


@pytest.mark.parametrize(("code", "title"), [("js", "Jensen–Shannon divergence"), ("cka", "1 − CKA of outputs")])
def test_a_distance_is_called_by_its_own_name_and_not_by_that_of_the_likeness(code: str, title: str) -> None:
    assert quantity(code).distance_title == title
    assert quantity("js").distance_axis == "Jensen–Shannon divergence (nats)"


def stack() -> Redundancy:
    """Four heads of one layer and one of the next, of which the first two are redundant and the third is near on
    noise.
    """
    index = pd.MultiIndex.from_tuples(
        [("minilm", "encoder", layer, head) for layer, head in [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]],
        names=["model", "stack", "layer", "head"],
    )
    places = np.array([0.0, 0.05, 0.3, 0.5, 0.95])
    here = pd.DataFrame(np.abs(places[:, None] - places), index, index)
    noise = here.to_numpy()[None] * [[[1.5]], [[2.0]]]
    measured = StackDistances("js", here, noise, noise, np.zeros((5, 5), dtype=bool), n=7)
    seen = SimpleNamespace(model=SimpleNamespace(name="minilm", revision="r"), pair=SentencePair("a", "b"))
    return Redundancy(seen, "encoder", measured, measured.pairs(), tree(here.to_numpy()), ())  # type: ignore[arg-type]


def test_the_nearest_two_and_the_redundant_ones_are_said_and_drawn() -> None:
    found = stack()
    finding = distances(found)
    assert plain(finding.sentence) == (
        "Nearest of minilm's 5 heads are L0 H0 and L0 H1: Jensen–Shannon divergence (nats) 0.050, on random words "
        "0.088. Of 10 pairs of heads 1 are redundant (no farther apart than 0.069); 0 of these are as near on random "
        "words, which does not need language."
    )
    assert finding.pairs == 7
    assert len(finding.table) == 10
    assert finding.table.loc[0, ["a", "b", "redundant"]].tolist() == ["L0 H0", "L0 H1", True]
    assert found.nearest() == 0
    assert found.nearest(4) == 3
    assert finding.draw_narrow is not None
    (bars,) = finding.draw_narrow(chosen=(4, 3), clicks=2).to_dict()["datasets"].values()
    assert [bar["name"] for bar in bars] == ["L0 H3", "L0 H2", "L0 H1", "L0 H0"]
    finding.draw(chosen=(4, 3), clicks=2).to_dict()


def test_two_heads_are_judged_by_each_distance() -> None:
    found = stack()
    assert "random words they are not" in verdict(found, 0, 1)
    assert "farther apart still" in verdict(found, 2, 3)
    table = by_every_distance({"js": found}, {found.here.index[0], found.here.index[1]})
    assert table.loc[0, ["by", "distance", "noise", "redundant"]].tolist() == ["js", 0.05, "0.088 (0.075–0.100)", True]
    assert disagreeing(found, table) == ""
    other = pd.concat([table, table.assign(by="cka", redundant=False)])
    assert plain(disagreeing(found, other)) == "That is by Jensen–Shannon divergence (nats); not by 1 − CKA of outputs."


@pytest.mark.parametrize(
    ("p", "shuffled", "noise", "says"),
    [
        (0.4, 0.1, 0.1, "run on without a gap (dip test, p = 0.40)"),
        (0.01, 0.9, 0.1, "shuffled reach 0.90"),
        (0.01, 0.1, 0.9, "but random words give 0.90: they do not need language"),
        (0.01, 0.1, 0.1, "2 groups (silhouette 0.70"),
    ],
)
def test_groups_are_named_only_where_they_exist(p: float, shuffled: float, noise: float, says: str) -> None:
    groups = Groups(2, 0.7, p, shuffled, noise)
    assert says in plain(groups_verdict(groups))
    table = groups_of_heads(stack(), groups).table
    assert len(table) == (2 if groups.exist else 1)
    assert table["jaccard"].between(0, 1).all()


def test_what_is_near_another_head_stands_against_what_it_costs() -> None:
    heads = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
    square = pd.DataFrame(stack().here.to_numpy(), heads, heads)
    rows = pd.DataFrame({"model": "minilm", "layer": [0, 0, 0, 0, 1], "head": [0, 1, 2, 3, 0]}).assign(
        stack="encoder", quantity="loss", delta=[0.5, 0.0, 0.01, 0.02, 1.0], low=np.nan, high=np.nan
    )
    finding = cost_and_nearness(Measured(rows, 3, code="rows"), square, "js", stack="encoder")
    assert "1 of the 2 heads that are nearest to another are costly all the same, first of all L0 H0" in plain(
        finding.sentence
    )
    assert finding.table["name"].tolist() == ["L1 H0", "L0 H0", "L0 H3", "L0 H2", "L0 H1"]
    assert finding.table["part"].tolist()[:2] == ["unlike others, large effect", "similar to another, large effect"]
    assert finding.draw_narrow is not None
    finding.draw_narrow(clicks=1).to_dict()
