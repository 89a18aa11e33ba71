"""The page Translation, without a browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from reading import dashboard, go_to, open_page, specs, texts
from streamlit.testing.v1 import AppTest
from tiny import TRANSLATORS, put_translator

from mhattn_core.models.catalogue import entries
from mhattn_core.ui.resources import models

NOTE = "I love natural language processing / 我爱自然语言处理"


def page(**parameters: Any) -> AppTest:
    return open_page("translation", **parameters)


def type_pair(app: AppTest, first: str, second: str = "") -> AppTest:
    app.text_area(key="target").set_value(second)
    return app.text_area(key="source").set_value(first).run()


def gold_field(app: AppTest) -> Any:
    return next(field for field in app.text_input if field.label.startswith("Gold links"))


def test_it_opens_on_the_notes_pair_with_both_translators_and_the_notes_matrix() -> None:
    app = page()
    assert not app.exception
    assert not app.error
    assert app.session_state["models"] == ["marian-en-zh", "marian-zh-en"]
    said = texts(app)
    assert "The note's own matrix" in said
    assert any("source and target are swapped" in part.help for part in app.markdown)
    assert gold_field(app).value == "0-0 1-1 2-2 3-3 4-4"
    assert re.search(
        r"Head L0 H5 finds 4 of 5 sure gold links; its alignment error is \*\*0\.20\*\*\. Word order alone gives 0\.00\.",
        said,
    )
    assert "no better than position" in said


def test_the_notes_claim_leads_here() -> None:
    app = open_page("home", chapter="6")
    (leading,) = [link.proto for link in app.get("page_link") if link.proto.label == "Open Translation"]
    assert "love" in leading.query_string
    assert "marian-en-zh" in leading.query_string


def test_a_head_and_rows_of_the_address_are_shown() -> None:
    app = page(pair=NOTE, models=["marian-en-zh"], head="L1 H7", rows="awo")
    assert app.selectbox(key="head").value == "L1 H7"
    assert re.search(r"Head L1 H7 finds \d of 5", texts(app))


def test_the_models_chosen_on_another_page_stay() -> None:
    app = dashboard().run()
    app.multiselect(key="models").set_value(["marian-en-zh"]).run()
    go_to(app, "translation")
    assert app.session_state["models"] == ["marian-en-zh"]
    assert app.selectbox(key="pair").value == "love-nlp"


def test_a_source_alone_is_translated_by_the_model() -> None:
    app = type_pair(page(models=["marian-en-zh"]), "The cat is on the table.")
    assert not app.exception
    assert re.search(r"It writes: \*[^*]*猫", texts(app))
    assert "against reference links" in texts(app) or "nothing is here to compare" in texts(app)


def test_gold_that_is_wrong_is_told_and_the_rest_goes_on() -> None:
    app = page(models=["marian-en-zh"])
    gold_field(app).set_value("0-0 one").run()
    assert "“one” is not a link" in app.error[0].value
    gold_field(app).set_value("0-0 9-1").run()
    assert "9" in app.error[0].value
    assert specs(app)


def test_without_gold_the_other_translator_is_the_reference() -> None:
    app = type_pair(page(), "The dog sleeps on the table.", "狗在桌子上睡觉。")
    assert not app.exception
    said = texts(app)
    assert "not gold" in said
    assert re.search(r"Head L\d H\d: F1 \*\*\d\.\d\d\*\* against reference links", said)


def test_two_english_sentences_are_compared_by_embeddings() -> None:
    models.clear()  # any other encoder in memory would be one to compare with
    app = type_pair(page(models=["minilm"]), "A child is playing football.", "A girl plays football outside.")
    assert not app.exception
    assert "nearest by their embeddings" not in texts(app)  # its own embeddings are no reference for itself
    assert "nothing is here to compare them with" in texts(app)
    app.multiselect(key="models").set_value(["minilm", "marian-en-zh"]).run()
    assert not app.exception
    assert "nearest by their embeddings" in texts(app)
    # A translator into Chinese is no reference for two English sentences.
    assert "last decoder layer but one" not in texts(app)


@pytest.mark.skipif(
    entries()["smollm2"].path() is None, reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2"
)
def test_the_same_pair_through_a_causal_model_and_an_encoder() -> None:
    app = page(models=["smollm2", "minilm"])
    type_pair(app, "The cat sleeps.", "My cat is asleep.")
    assert not app.exception
    assert not app.error
    assert app.get("button_group")
    assert texts(app).count("Rows are words of the second sentence") == 2


def test_a_model_that_cannot_write_says_so_and_the_others_go_on() -> None:
    app = type_pair(page(models=["minilm", "marian-en-zh"]), "The cat is on the table.")
    assert "no translator" in app.error[0].value
    assert "It writes" in texts(app)


def test_norms_change_the_weights() -> None:
    def largest(app: AppTest) -> float:
        (scale,) = {
            layer["encoding"]["color"]["scale"]["domain"][1]
            for layer in specs(app)[0]["layer"]
            if "color" in layer.get("encoding", {})
        }
        return float(scale)

    one = page(models=["marian-en-zh"], head="L0 H5")
    other = page(models=["marian-en-zh"], head="L0 H5", weight="norm")
    assert not other.exception
    assert largest(one) <= 1 < largest(other)


@pytest.mark.parametrize("family", TRANSLATORS)
def test_translators_of_every_family_open(family: str, tmp_path: Path) -> None:
    app = page(models=[str(put_translator(tmp_path, family))], pair=NOTE)
    assert not app.exception
    assert not app.error
    assert re.search(r"Head L\d H\d finds \d of 5 sure gold links", texts(app))
    assert len(specs(app)) >= 3
    if family in ("m2m_100", "mbart"):
        assert {"It reads", "It writes"} <= {box.label for box in app.selectbox}
        code = "fr" if family == "m2m_100" else "fr_XX"
        app.selectbox(key="writes").set_value(code).run()
        assert not app.exception


def test_chinese() -> None:
    app = page(lang="zh")
    assert not app.exception
    assert "对齐错误率" in texts(app)


def test_many_pairs_show_what_ships_and_what_is_brought() -> None:
    app = page(tab="gold", models=["marian-en-zh"])
    said = texts(app)
    assert "**L0 H5**" in said
    assert "better than word order alone" in said
    cells = "source\ttarget\tsource_words\ttarget_words\talignment\n" + "\n".join(
        f"He sleeps {n}\t他睡觉{n}\tHe sleeps {n}\t他 睡觉 {n}\t0-0 1-1 2-2" for n in range(30)
    )
    app.text_area(key="gold-text").set_value(cells).run()
    assert "30 pairs with gold links" in texts(app)
    next(button for button in app.button if button.label.startswith("Measure every head")).click().run()
    assert not app.exception
    assert not app.error
    tables = [frame.value for frame in app.dataframe if "aer" in frame.value]
    assert len(tables) == 2
    assert {"low", "high", "precision", "recall", "f1"} <= set(tables[1])
    assert (tables[1]["n"] == 30).all()
    # Numbers of these pairs do not stay under others.
    app.text_area(key="gold-text").set_value(cells.replace("sleeps", "runs").replace("睡觉", "跑步")).run()
    assert len([frame for frame in app.dataframe if "aer" in frame.value]) == 1


def test_the_notes_chinese_sentence_opens_everywhere_on_the_reader_of_chinese() -> None:
    for name in ("attention", "compare_models"):
        app = open_page(name, pair="虽然天气不好，但是……", models=["marian-zh-en"], stack="encoder")
        assert not app.exception, name
        assert not app.error, name
        assert not app.warning, name
        assert specs(app), name
