"""Compare models, as a person meets it, without a browser."""

import json
import re
from typing import Any

import pandas as pd
import pytest
from reading import open_page, specs, texts
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mhattn_core.measures.quantities import of_family
from mhattn_core.models.catalogue import entries


def compare(*models: str, **state: Any) -> AppTest:
    return open_page("compare_models", state=state, **({"models": list(models)} if models else {}))


def difference(*models: str) -> AppTest:
    return compare(*models, **{"tab-en": "Difference"})


def grids(app: AppTest) -> list[dict[str, Any]]:
    return [spec for spec in specs(app) if (spec.get("params") or [{}])[0].get("name") == "picked"]


def drawn_rows(app: AppTest) -> list[pd.DataFrame]:
    """The data of each grid, which Streamlit sends beside its specification."""
    charts = [chart for chart in app.get("vega_lite_chart") if '"picked"' in chart.proto.spec]
    return [convert_arrow_bytes_to_pandas_df(chart.proto.datasets[0].data.data) for chart in charts]


def framed(grid: dict[str, Any]) -> tuple[int, int]:
    found = re.search(r"datum.layer == (-?\d+) && datum.head == (-?\d+)", json.dumps(grid))
    assert found
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", ["measure", "difference"])
def test_the_page_opens_with_a_chart(lang: str, tab: str) -> None:
    app = open_page("compare_models", lang=lang, tab=tab)
    assert not app.exception
    assert not app.error
    assert specs(app)
    if lang == "zh":
        said = re.sub(
            r"`[^`]*`|\*[^*]*\*|:\w+-badge\[:\S+|minilm(@random|@shuffled)?|@random|@shuffled|L\d+ H\d+|ln",
            "",
            texts(app),
        )
        assert set(re.findall(r"[A-Za-z]{2,}", said)) <= {"mhattn", "softmax"}


def test_grids_of_all_models_share_one_colour_scale() -> None:
    app = compare("minilm", "minilm@random")
    domains = [grid["layer"][0]["encoding"]["color"]["scale"]["domain"] for grid in grids(app)]
    assert domains[0] == domains[1]
    values = [value for rows in drawn_rows(app) for value in rows["value"]]
    assert len(values) == 144
    assert domains[0] == [pytest.approx(min(values)), pytest.approx(max(values))]


def test_the_finding_is_that_of_the_table() -> None:
    app = compare("minilm", "minilm@random")
    said = texts(app)
    assert "1 pair: an example" in said
    assert re.search(r"The median head: minilm 0\.81, minilm@random 1\.00\. Lowest of all is minilm · L0 H2", said)
    assert "number 1 of 72 heads, counted from the lowest" in said
    assert framed(grids(app)[0]) == (0, 2)


def test_a_head_can_be_chosen_from_any_model_and_stays_when_the_measure_changes() -> None:
    app = compare("minilm", "minilm@random")
    app.selectbox(key="compared").set_value("minilm@random · L4 H7").run()
    assert framed(grids(app)[1]) == (4, 7)
    assert "**minilm@random · L4 H7** · normalised entropy" in texts(app)
    app.selectbox(key="measure").set_value("previous").run()
    assert app.selectbox(key="compared").value == "minilm@random · L4 H7"
    assert "**minilm@random · L4 H7** · previous word" in texts(app)


def test_near_is_not_called_the_same_role() -> None:
    app = compare("minilm", "minilm@random")
    assert "does not mean the same role" in texts(app)
    assert "No head of the other models is near" in texts(app)  # nothing in random weights is like a previous-word head


def test_every_measure_and_view_can_be_read() -> None:
    app = compare("minilm", "marian-zh-en")
    for measure in of_family("basic"):
        app.selectbox(key="measure").set_value(measure).run()
        assert not app.exception, measure
        assert not app.error, measure
    app.selectbox(key="measure").set_value("entropy").run()
    for view in ("On one axis", "By depth", "Table"):
        app.session_state["view-en"] = view
        app.run()
        assert not app.exception, view
    assert "96 heads" in texts(app)  # 6 × 12 and 3 × 8 of one stack


def test_a_model_without_a_value_is_named_and_the_others_stand() -> None:
    app = open_page("compare_models", models=["minilm", "marian-zh-en"], measure="distance", stack2="cross")
    assert "marian-zh-en (cross) has no value of this measure" in texts(app)
    assert len(grids(app)) == 1
    app.query_params["stack2"] = "encoder"
    app.run()
    assert len(grids(app)) == 2


def test_a_model_that_cannot_be_had_leaves_the_others_standing() -> None:
    app = compare("minilm", "./nowhere")
    assert "no model in the folder" in app.error[0].value
    assert len(grids(app)) == 1
    assert "Choose a second model" in texts(app)


def test_a_script_that_a_model_does_not_know_is_measured_only_when_asked() -> None:
    app = compare("minilm", "marian-zh-en")
    app.text_area(key="source").set_value("虽然天气不好，但是我们还是要出门").run()
    assert "69%" in app.warning[0].value
    assert len(grids(app)) == 1
    app.toggle(key="draw-0").set_value(True).run()
    assert len(grids(app)) == 2


def test_what_training_changed_is_the_default_difference() -> None:
    app = difference("minilm", "minilm@random")
    assert (app.selectbox(key="from").value, app.selectbox(key="to").value) == ("minilm@random", "minilm")
    said = texts(app)
    assert "rises in 0 heads and falls in 72" in said
    assert "Without intervals" in said
    assert "@random is not where training began" in said
    scale = grids(app)[0]["layer"][0]["encoding"]["color"]["scale"]
    assert scale["scheme"] == "purpleorange"
    assert scale["domain"][0] == -scale["domain"][1]


def test_a_model_alone_is_compared_with_random_weights() -> None:
    app = difference("marian-zh-en")
    assert (app.selectbox(key="from").value, app.selectbox(key="to").value) == ("marian-zh-en@random", "marian-zh-en")
    assert len(grids(app)) == 2


def test_models_of_different_shape_are_refused_in_words() -> None:
    app = difference("minilm", "marian-zh-en")
    app.selectbox(key="from").set_value("marian-zh-en").run()
    message = app.error[0].value.replace("\\", "")
    assert "encoder 6 × 12" in message
    assert "Choose two checkpoints of one architecture" in message
    app.selectbox(key="from").set_value("minilm").run()
    assert "Both are minilm" in app.error[0].value


def test_models_of_another_depth_are_compared() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = compare("minilm", "smollm2")
    assert not app.exception
    assert [rows["layer"].nunique() for rows in drawn_rows(app)] == [6, 30]
    app.selectbox(key="measure").set_value("next").run()
    assert "smollm2 (decoder) has no value" in texts(app)
