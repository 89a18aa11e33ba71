"""Redundancy, as a person meets it, without a browser."""

import json
import re
from typing import Any

import pytest
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.models.catalogue import entries


def redundancy(*models: str, **state: Any) -> AppTest:
    return open_page("redundancy", state=state, view="within", **({"models": list(models)} if models else {}))


def matrix(app: AppTest) -> dict[str, Any]:
    (found,) = [spec for spec in specs(app) if (spec.get("params") or [{}])[0].get("name") == "picked"]
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", ["matrix", "map", "groups", "table"])
def test_the_page_opens_in_both_languages(lang: str, tab: str) -> None:
    app = open_page("redundancy", lang=lang, tab=tab)
    assert not app.exception
    assert not app.error
    assert specs(app) or tab == "table"
    if lang == "zh":
        said = re.sub(
            r"`[^`]*`|:\w+-badge\[:\S+|minilm(@random|@shuffled)?|L\d+ H\d+|\*[A-Za-z.]+\*|JS|CKA|dip|nat\b|ln 2|mhattn|softmax",
            "",
            texts(app),
        )
        assert not re.findall(r"[A-Za-z]{2,}", said)


def test_the_first_chart_says_who_is_near_which_are_redundant_and_what_noise_says() -> None:
    app = redundancy("minilm", "minilm@random")
    said = texts(app)
    assert "Nearest of minilm's 72 heads are L0 H3 and L0 H6: Jensen–Shannon divergence (nats) 0.043" in said
    assert " are redundant (no farther apart than 0.069)" in said
    assert "That is by Jensen–Shannon divergence (nats); not by 1 − correlation of weights, 1 − CKA of outputs." in said
    assert "1 pair: an example" in said
    assert "only ablation shows which of them can be removed" in said
    assert matrix(app)["layer"][0]["encoding"]["color"]["scale"]["domain"][0] == 0
    assert [app.selectbox(key=key).format_func(app.selectbox(key=key).value) for key in ("head", "other")] == [
        "One of the nearest two: L0 H3",
        "The nearest to it: L0 H6",
    ]


def test_random_weights_are_called_similar_on_noise() -> None:
    app = redundancy("minilm@random")
    said = texts(app)
    assert "2,556 are redundant (no farther apart than 0.069); 2,556 of these are as near on random words" in said
    assert "which does not need language" in said


def test_two_heads_can_be_chosen_and_are_seen_side_by_side() -> None:
    app = redundancy("minilm", "minilm@random")
    app.selectbox(key="head").set_value("L2 H1").run()
    app.selectbox(key="other").set_value("L4 H9").run()
    said = texts(app)
    assert "**minilm · L2 H1**" in said
    assert "**minilm · L4 H9**" in said
    assert sum('"key_position"' in json.dumps(spec) for spec in specs(app)) >= 2
    app.selectbox(key="other").set_value("L2 H1").run()
    assert "Both are L2 H1" in texts(app)
    assert not app.exception


def test_every_distance_can_be_read() -> None:
    app = redundancy("minilm", "minilm@random")
    for by, says in (("correlation", "1 − correlation of weights"), ("cka", "one word a sentence, decide")):
        app.query_params["by"] = by
        app.run()
        assert not app.exception
        assert says in texts(app)


def test_too_few_words_for_cka_are_told_and_the_rest_stands() -> None:
    app = redundancy("minilm")
    app.text_area(key="source").set_value("The cat sat.").run()
    assert "Jensen–Shannon divergence" in texts(app)
    app.query_params["by"] = "cka"
    app.run()
    assert "CKA compares what heads write on at least 5 words; here are 4" in app.error[0].value.replace("\\", "")


def test_the_map_holds_what_can_be_compared_and_names_the_rest() -> None:
    app = redundancy("minilm", "minilm@random", "marian-en-zh", **{"tab-en": "Map of all models"})
    said = texts(app)
    assert not app.exception
    assert "168 heads of minilm, minilm@random, marian-en-zh on one map" in said
    app.query_params["stack3"] = "cross"
    app.query_params["model"] = "marian-en-zh"
    app.run()
    assert "minilm is not on the map" in texts(app)


def test_groups_stand_against_shuffled_words_and_noise() -> None:
    app = redundancy("minilm@random", **{"tab-en": "Groups"})
    assert re.search(
        r"\*\*No groups\*\*: distances between heads run on without a gap \(dip test, p = \d\.\d\d\)", texts(app)
    )
    app = open_page("redundancy", models=["minilm"], tab="groups", by="correlation")
    assert "**No groups**" in texts(app)


def test_a_head_of_another_model_gives_way() -> None:
    app = redundancy("minilm", "marian-en-zh")
    app.selectbox(key="head").set_value("L5 H11").run()
    app.query_params["model"] = "marian-en-zh"
    app.run()
    assert not app.exception
    assert app.selectbox(key="head").value == "auto"


def test_heads_that_share_keys_are_told() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = redundancy("smollm2")
    assert not app.exception
    assert "The 9 heads of a layer share 3 sets of keys and values" in texts(app)
    assert "drawn as one picture" in texts(app)


def test_it_opens_on_a_run_and_compares_models_with_random_controls() -> None:
    app = open_page("redundancy")
    said = texts(app)
    assert re.search(r"Heads with a redundant partner, by Jensen–Shannon divergence: \*\*minilm \d+%", said)
    assert "smollm2@shuffled" in said
    assert "So this page reads the run “UD English EWT dev”" in said
    shares = tables(app, "redundant", "noise")[0]
    assert {"minilm", "minilm@random", "smollm2"} <= {name.split(" · ")[0] for name in shares["name"]}


@pytest.mark.parametrize("asked", [{"head": "L1 H3"}, {"tab": "groups"}, {"view": "within"}])
def test_an_address_of_one_model_opens_that_model(asked: dict[str, str]) -> None:
    assert "Nearest of minilm's 72 heads" in texts(open_page("redundancy", models=["minilm"], **asked))
