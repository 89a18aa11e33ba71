"""Methods, and what stands at the end of the other pages."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from reading import dashboard, open_page, tables
from streamlit.testing.v1 import AppTest

import mhattn_core as mh
from mhattn_core.findings.reproduce import python_lines
from mhattn_core.measures.citations import sources_of
from mhattn_core.measures.quantities import quantities
from mhattn_core.text.methods import methods, sources


def test_every_method_has_names_a_sentence_in_both_languages_and_known_sources() -> None:
    for method in methods().values():
        assert set(method.names) == {"en", "zh"}, method.id
        assert set(method.explanations) == {"en", "zh"}, method.id
        assert set(method.sources) <= set(sources()), method.id
    cited = {key for one in (*methods().values(), *quantities().values()) for key in one.sources}
    assert cited == set(sources())
    for key, entry in sources().items():
        assert re.match(rf"@\w+{{{key}, ", entry)
        assert entry.count("{") == entry.count("}"), key


def test_a_page_cites_each_of_its_sources_once() -> None:
    cited = sources_of("Translation")
    assert len(cited) == len(set(cited))
    assert any("och2003" in entry for entry in cited)
    assert not any("chamandy" in entry for entry in sources_of("Redundancy"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_methods_can_be_searched(lang: str) -> None:
    app = open_page("methods", lang=lang)
    assert not app.exception
    whole = len(app.subheader)
    assert whole == len(methods()) + sum(one.direction != "none" for one in quantities().values())
    beside = pd.concat([table.value for table in app.table])
    assert len(beside) == sum(one.direction == "none" for one in quantities().values())
    app.text_input(key="search").set_value("alignment error").run()
    assert 0 < len(app.subheader) < whole
    app.text_input(key="search").set_value("no such thing").run()
    assert not app.subheader


def test_the_licence_of_every_model_and_of_every_treebank_is_told() -> None:
    models, runs = (frame.value for frame in open_page("methods").dataframe)
    assert models.set_index("name").loc["minilm", "licence"] == "Apache-2.0"
    assert (models["licence"] != "").all()
    assert runs.set_index("run").loc["UD English EWT dev", "licence"] == "CC BY-SA 4.0"


def test_the_lines_run_and_hold_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    pair = mh.SentencePair('He said "no"\\n', "我不要", target_words=("我", "不要"))
    for name in ("Attention", "Compare models", "Translation"):
        exec(python_lines(name, ("minilm", "marian-zh-en"), pair), {})  # noqa: S102 - our own lines, with the text as a literal
    said = capsys.readouterr().out
    assert "minilm {'encoder': (6, 12, 9, 9)}" in said
    assert "'awi': (3, 8, 7, 2)" in said  # turned: Chinese is read


def shared_link(app: AppTest) -> dict[str, list[str]]:
    link = next(str(code.value) for code in app.code if "models=" in str(code.value))
    return parse_qs(urlsplit(link).query)


def test_a_link_opens_the_same_view_and_sentences_only_on_request() -> None:
    app = open_page("attention", models=["minilm"], head="L3 H7")
    assert shared_link(app)["pair"] == ["The cat sits on the mat"]
    app.text_area(key="source").set_value("My <b>own</b> & words").run()
    assert "source" not in shared_link(app)
    app.checkbox(key="share-Attention").check().run()
    settings = shared_link(app)
    assert settings["source"] == ["My <b>own</b> & words"]
    assert settings["models"] == ["minilm"]
    other = dashboard(**settings).run()
    assert not other.exception
    assert other.text_area(key="source").value == "My <b>own</b> & words"
    assert "source" not in other.query_params


def test_a_link_keeps_the_cut() -> None:
    app = dashboard(source="天气不好", source_words="天气不 好", models="marian-zh-en").run()
    assert not app.exception
    assert app.text_area(key="source").value == "天气不好"
    assert next(field for field in app.text_input if field.label == "Words of the first sentence").value == "天气不 好"
    assert not {"source", "source_words"} & set(app.query_params)


def words_box(app: AppTest) -> Any:
    return next(field for field in app.text_input if field.label == "Words of the first sentence")


def test_a_word_that_holds_a_space_survives_a_link_and_an_edit_of_another() -> None:
    app = open_page("attention", models=["minilm"], source="New York isn't big", source_words="New York\tisn't\tbig\t")
    assert words_box(app).value == "New\N{NO-BREAK SPACE}York isn't big"
    words_box(app).set_value(words_box(app).value.replace("isn't", "is n't")).run()
    assert not app.error
    app.checkbox(key="share-Attention").check().run()
    again = open_page("attention", **{**shared_link(app), "form": "matrix"})
    queries = tables(again, "query", "query_position")[0].sort_values("query_position")["query"]
    assert [word for word in queries.drop_duplicates() if "[" not in word] == ["New York", "is", "n't", "big"]
    assert words_box(again).value == "New\N{NO-BREAK SPACE}York is n't big"
