"""Text in a language that a model does not read: another model is opened, or offered; nothing is drawn unasked."""

import pytest
from reading import open_page, texts
from streamlit.testing.v1 import AppTest

CHINESE = "虽然天气不好，但是我们还是要出门。"
ENGLISH = "The farmer sold his old horse."


def typed(page: str, sentence: str, models: list[str] | None = None) -> AppTest:
    app = open_page(page, models=models) if models else open_page(page)
    return app.text_area(key="source").set_value(sentence).run()


def typed_alone(page: str, sentence: str, models: list[str] | None = None) -> AppTest:
    app = typed(page, sentence, models)
    return app.text_area(key="target").set_value("").run()


def chosen(app: AppTest) -> list[str]:
    return list(app.multiselect(key="models").value)


def offers(app: AppTest) -> list[str]:
    return [button.label.split()[1].strip(",") for button in app.button if "reads this language" in button.label]


def test_where_the_page_chose_the_models_one_that_reads_the_text_is_opened_with_its_control_on_the_encoder() -> None:
    app = typed("attention", CHINESE)
    assert chosen(app) == ["marian-zh-en", "marian-zh-en@random"]
    assert "does not know" not in texts(app)
    stacks = [control for control in app.segmented_control if str(control.key).startswith("stack")]
    assert [control.value for control in stacks] == ["encoder", "encoder"]
    assert "wrote the second sentence itself" not in texts(app)
    stacks[0].set_value("cross").run()
    assert "marian-zh-en wrote the second sentence itself" in texts(app)
    # Back to a language that the page's own models read.
    assert chosen(app.text_area(key="source").set_value(ENGLISH).run()) == ["minilm", "minilm@random"]


def test_a_model_that_was_chosen_stays_and_others_are_offered_each_once() -> None:
    app = typed("attention", CHINESE, ["minilm", "minilm@random"])
    assert chosen(app) == ["minilm", "minilm@random"]
    assert offers(app) == ["marian-zh-en", "marian-zh-en@random"]
    next(button for button in app.button if button.label.startswith("Use marian-zh-en,")).click().run()
    assert chosen(app) == ["marian-zh-en", "minilm@random"]
    assert offers(app) == ["marian-zh-en@random"]


def test_a_translator_writes_nothing_over_a_sentence_that_it_cannot_read_until_asked() -> None:
    app = typed_alone("fault_tolerance", ENGLISH, ["marian-zh-en"])
    assert "It translates" not in texts(app)
    assert not app.get("vega_lite_chart")
    assert offers(app) == ["marian-en-zh"]
    next(toggle for toggle in app.toggle if toggle.label == "Show anyway").set_value(True).run()
    assert "It translates" in texts(app)


@pytest.mark.parametrize("page", ["fault_tolerance", "inside_a_head"])
def test_of_several_models_one_that_reads_the_text_is_opened(page: str) -> None:
    app = typed_alone(page, ENGLISH, ["marian-zh-en", "marian-en-zh", "minilm"])
    model = next(control for control in app.segmented_control if control.label == "Model")
    assert model.value == "marian-en-zh"


def test_no_head_is_scored_against_links_of_a_translator_that_cannot_read_the_text() -> None:
    app = typed_alone("translation", ENGLISH, ["marian-zh-en", "marian-en-zh"])
    said = texts(app)
    assert "marian-zh-en was trained to read Chinese" in said
    assert "It writes: *Ask" not in said
    assert said.count("It writes:") == 1
