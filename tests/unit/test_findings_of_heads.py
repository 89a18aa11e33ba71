"""What is said of all heads of several models, on a pair and over a run."""

import pandas as pd
import pytest
from scipy.stats import spearmanr

import mhattn_core as mh
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.findings.heads.compared import ModelHeads, with_origin
from mhattn_core.findings.heads.difference import differences, on_pair, one_against_other
from mhattn_core.findings.heads.nearest import place_in_model
from mhattn_core.findings.heads.of_measures import grid, on_one_axis, over_depth
from mhattn_core.findings.rows import of_stack
from mhattn_core.findings.runs.two_runs import two_runs
from mhattn_core.heads import ModelHead
from mhattn_core.measures.difference import difference

PAIR = mh.SentencePair('It\'s a "quoted" cat.', "The cat sat.", source_words=("It's", "a", '"quoted"', "cat", "."))
MEASURE = "previous"


def run_code(code: str) -> pd.DataFrame:
    again: dict[str, pd.DataFrame] = {}
    lines = code.splitlines()
    exec("\n".join([*lines[:-1], f"table = {lines[-1]}"]), again)
    return again["table"]


def heads_on_pair(model: mh.Model) -> ModelHeads:
    result = mh.attend(model, PAIR)
    return ModelHeads(result, "encoder", heads_table(result))


@pytest.mark.parametrize("make", [grid, on_one_axis, over_depth])
def test_code_on_a_pair_gives_the_rows_that_are_shown(minilm: mh.Model, make: object) -> None:
    model = heads_on_pair(minilm)
    finding = with_origin(make(model.of(MEASURE), MEASURE), [model], MEASURE)
    assert finding.pairs == 1
    assert finding.source == f"minilm@{minilm.revision}"
    again = run_code(finding.code)
    pd.testing.assert_frame_equal(again.reset_index(drop=True), finding.table.reset_index(drop=True), check_exact=False)


def test_code_over_a_run_gives_the_rows_of_the_stacks_that_were_chosen(minilm: mh.Model) -> None:
    run = mh.Run.open("examples-en")
    of_model = run.heads.query("model == 'minilm' and group == ''")
    model = ModelHeads(mh.attend(minilm, PAIR), "encoder", of_model, run)
    finding = with_origin(grid(model.of(MEASURE), MEASURE), [model], MEASURE)
    assert run.id in finding.source
    pd.testing.assert_frame_equal(run_code(finding.code), finding.table)


def test_a_difference_says_the_head_that_changes_most_and_how_it_is_got_again(minilm: mh.Model) -> None:
    results = [mh.attend(model, PAIR) for model in (mh.load("minilm@random"), minilm)]
    table = difference(*map(heads_table, results))
    rows = table.query(f"stack == 'encoder' and measure == {MEASURE!r}")
    finding = on_pair(differences(rows, MEASURE), results, "encoder", MEASURE)
    top = rows.loc[rows["value"].abs().idxmax()]
    assert f"L{top['layer']} H{top['head']}: from {top['a']:.2f} to {top['b']:.2f}" in finding.sentence
    assert "Without intervals" in finding.reading
    assert "@random is not where training began" in finding.reading
    assert finding.table["value"].abs().is_monotonic_decreasing
    pd.testing.assert_frame_equal(run_code(finding.code), finding.table, check_exact=False)
    assert one_against_other(rows, MEASURE).table.equals(finding.table)


def test_a_run_of_two_architectures_has_no_difference_but_has_nearest_heads() -> None:
    run = mh.Run.open("examples-en")
    known = {finding.name for finding in mh.all_findings(run)}
    two_of_one = {f"{name}@random" for name in run.models} & set(run.models)
    assert ("difference_grid" in known) == bool(two_of_one)
    near = mh.finding(run, "nearest_heads", model="minilm", head="L2 H0")
    assert set(near.table["model"]) == set(run.models) - {"minilm"}
    assert near.table["distance"].gt(0).all()
    with pytest.raises(mh.Problem, match="no head L9 H0"):
        mh.finding(run, "nearest_heads", model="minilm", head="L9 H0")


def test_a_head_is_counted_from_the_nearer_end() -> None:
    rows = [("m", "encoder", 0, head, "previous", value, 1) for head, value in enumerate([0.1, 0.4, 0.2, 0.9])]
    heads = pd.DataFrame(rows, columns=["model", "stack", "layer", "head", "measure", "value", "n"])
    heads = heads.assign(low=[None, None, None, 0.8], high=[None, None, None, 1.0])
    second, interval = place_in_model(ModelHead("m", "encoder", 0, 1), heads, "previous")
    assert "number 2 of 4 heads, counted from the highest" in second
    assert interval == ""
    assert "0.80 to 1.00" in place_in_model(ModelHead("m", "encoder", 0, 3), heads, "previous")[1]


def test_one_model_over_two_runs_is_compared_head_by_head_and_got_again() -> None:
    first, second = mh.Run.open("examples-en"), mh.Run.open("ewt-dev")
    finding = two_runs(first, second, model="minilm", stack="encoder", measure=MEASURE)
    a, b = (run.heads.query(f"model == 'minilm' and measure == {MEASURE!r} and group == ''") for run in (first, second))
    order = spearmanr(a["value"], b["value"]).statistic
    assert f"rank correlation of {order:.2f}; of 72 heads" in finding.sentence
    pd.testing.assert_frame_equal(run_code(finding.code), finding.table)
    with pytest.raises(mh.Problem, match="both runs"):
        two_runs(first, second, model="nobody", stack="encoder", measure=MEASURE)


def test_a_model_without_the_stack_that_is_asked_for_is_shown_by_its_first() -> None:
    rows = pd.DataFrame({"model": ["a", "a", "b"], "stack": ["decoder", "cross", "encoder"], "value": [1, 2, 3]})
    assert of_stack(rows, "cross", "x")["value"].tolist() == [2, 3]
    assert of_stack(rows, "", "x")["value"].tolist() == [1, 3]
    with pytest.raises(mh.Problem, match="nothing of"):
        of_stack(rows[rows["model"] == "b"], "cross", "x")
