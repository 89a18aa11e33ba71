"""Figures of the runs that ship, by name."""

import pytest

from mhattn_core.charts.run_figures import RUN_FIGURES, run_figure
from mhattn_core.errors import Problem
from mhattn_core.runs.store import shipped


def rows(spec: dict[str, object]) -> list[dict[str, object]]:
    datasets = spec["datasets"]
    assert isinstance(datasets, dict)
    return max(datasets.values(), key=len)


@pytest.fixture(scope="module")
def runs() -> dict[str, object]:
    return {run.key: run.open() for run in shipped()}


def test_a_grid_is_of_one_model_and_a_distribution_of_all(runs: dict[str, object]) -> None:
    run = runs["examples-en"]
    grid = run_figure(run, "head_grid", model="minilm", measure="special_mass").to_dict()
    assert len(rows(grid)) == 72
    value = run.heads.query("model == 'minilm' and measure == 'special_mass' and layer == 2 and head == 5")[
        "value"
    ].item()
    drawn = next(row for row in rows(grid) if (row["layer"], row["head"]) == (2, 5))
    assert drawn["value"] == pytest.approx(value)
    assert {row["model"] for row in rows(run_figure(run, "distributions").to_dict())} == set(run.models)
    assert {row["model"] for row in rows(run_figure(run, "by_depth", model="smollm2").to_dict())} == {"smollm2"}


def test_a_stack_can_be_chosen(runs: dict[str, object]) -> None:
    run = runs["examples-en-zh"]
    cross = run_figure(run, "head_grid", stack="cross").to_dict()
    assert len(rows(cross)) == len(
        run.heads.query("model == 'marian-en-zh' and stack == 'cross' and measure == 'entropy.normalised'")
    )


def test_roles_and_types_are_drawn_where_a_run_has_them(runs: dict[str, object]) -> None:
    run = next(run for run in runs.values() if run.has("relations") and run.has("patterns"))
    for chart in ("best_heads", "type_grid", "type_shares"):
        assert rows(run_figure(run, chart).to_dict())


@pytest.mark.parametrize(
    ("chart", "asked", "said"),
    [
        ("pie", {}, "not a figure"),
        ("head_grid", {"model": "nobody"}, "no model"),
        ("head_grid", {"measure": "beauty"}, "nothing of"),
        ("by_depth", {"stack": "cross"}, "nothing of"),
    ],
)
def test_what_is_not_there_is_refused(runs: dict[str, object], chart: str, asked: dict[str, str], said: str) -> None:
    with pytest.raises(Problem, match=said):
        run_figure(runs["examples-en"], chart, **asked)
    assert "pie" not in RUN_FIGURES
