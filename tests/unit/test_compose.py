"""Charts of several views: drawn as Altair draws its own, and sent with no more than is drawn."""

import re
from io import BytesIO
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa
import pytest
import vl_convert
from altair.utils.schemapi import SchemaBase

import mhattn_core as mh
from mhattn_core.charts.compose import below, beside, independent, layered
from mhattn_core.charts.save import VEGALITE
from mhattn_core.charts.sent import sent
from mhattn_core.findings.short import ShortNames

POINTS = pd.DataFrame(
    {
        "across": [0.1, 2.0, 3.5],
        "down": [7, 300, 1],
        "model": ["org/a", "org/a", "b"],
        "unused": ["x" * 999] * 3,
        "seen": [True, False, True],
    }
)
RUN = mh.Run.open("ewt-dev")
PICK = alt.selection_point(name="picked", fields=["model"], on="click", clear=False)


def views(points: pd.DataFrame = POINTS) -> tuple[alt.Chart, alt.Chart]:
    """Points that can be picked, and a rule with a table of its own."""
    base = alt.Chart(points).transform_filter("datum.seen").transform_calculate(twice="2 * datum.across")
    marks = base.mark_point().encode(alt.X("twice:Q"), alt.Y("down:Q"), color="model:N").add_params(PICK)
    rule = alt.Chart(pd.DataFrame({"twice": [1.5]})).mark_rule().encode(alt.X("twice:Q"))
    return marks, rule


def svg(chart: alt.TopLevelMixin) -> str:
    """The drawing without the names of its views."""
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGALITE)
    return re.sub(r'class="[^"]*"', "", drawn)


def tables(spec: dict[str, Any]) -> dict[str, pa.Table]:
    return {name: pa.ipc.open_stream(BytesIO(content)).read_all() for name, content in spec["datasets"].items()}


@pytest.mark.filterwarnings("ignore:Automatically deduplicated selection parameter")
def test_layers_and_views_beside_one_another_are_drawn_as_altair_draws_them() -> None:
    ours = beside(layered(*views(), height=90), layered(*views()), resolve=independent("x"))
    by_altair = alt.hconcat(alt.layer(*views()).properties(height=90), alt.layer(*views())).resolve_scale(
        x="independent"
    )
    assert svg(ours) == svg(by_altair)
    assert svg(below(*views())) == svg(alt.vconcat(*views()))
    assert svg(layered(*views()).properties(width=55)) == svg(alt.layer(*views()).properties(width=55))


def test_one_selection_of_several_views_stands_once_with_the_name_of_each() -> None:
    written = beside(layered(*views()), layered(*views())).to_dict()
    (pick,) = written["params"]
    names = [layer["name"] for view in written["hconcat"] for layer in view["layer"] if "name" in layer]
    assert pick["views"] == names
    assert len(set(names)) == 2


def test_a_long_table_is_written_as_text_and_drawn_the_same() -> None:
    long = pd.concat([POINTS] * 400, ignore_index=True)
    written = layered(*views(long)).to_dict()
    assert sorted(type(rows).__name__ for rows in written["datasets"].values()) == ["list", "str"]
    with alt.data_transformers.enable("default", max_rows=None):
        assert svg(layered(*views(long))) == svg(alt.layer(*views(long)))


def test_what_is_sent_holds_each_table_once_and_only_columns_that_are_drawn() -> None:
    sent_tables = tables(sent(beside(layered(*views()), layered(*views()))))
    points = next(table for table in sent_tables.values() if table.num_rows == 3)
    assert sorted(points.column_names) == ["across", "down", "model", "seen"]
    assert points["across"].to_pylist() == pytest.approx(POINTS["across"])
    assert points["down"].to_pylist() == [7, 300, 1]
    assert points["model"].to_pylist() == ["org/a", "org/a", "b"]
    assert points["seen"].to_pylist() == [True, False, True]
    assert [table.num_rows for table in sent_tables.values()].count(3) == 1


def test_equal_charts_are_sent_equal_and_views_name_the_tables_that_are_sent() -> None:
    spec = sent(layered(*views()))
    assert spec == sent(layered(*views(POINTS.copy())))
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])


def test_missing_numbers_and_texts_stay_missing() -> None:
    points = pd.DataFrame({"x": [1.0, None], "name": [None, "a"], "n": pd.array([None, 2], dtype="Int64")})
    chart = layered(alt.Chart(points).mark_point().encode(x="x:Q", y="n:Q", text="name:N"))
    (table,) = tables(sent(chart)).values()
    assert table.to_pylist() == [{"x": 1.0, "name": None, "n": None}, {"x": None, "name": "a", "n": 2}]


def test_short_names_stand_in_what_is_sent() -> None:
    chart = ShortNames({"org/a": "a"}).chart(layered(*views()))
    points = next(table for table in tables(sent(chart)).values() if table.num_rows == 3)
    assert points["model"].to_pylist() == ["a", "a", "b"]


@pytest.mark.parametrize("finding", mh.all_findings(RUN), ids=lambda one: one.name)
def test_charts_are_valid_and_made_without_looking_classes_up(
    finding: mh.Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    charts = [draw() for draw in (finding.draw, finding.draw_narrow) if draw]
    for chart in charts:
        chart.to_dict(validate=True)

    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("alt.value and alt.condition take 15 ms each: write alt.ColorValue and the like")

    monkeypatch.setattr(SchemaBase, "from_dict", refuse)
    for draw in (finding.draw, finding.draw_narrow):
        if draw:
            sent(draw())
