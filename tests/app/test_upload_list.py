"""Files that were brought are kept by name: chosen again on any page, shown, deleted, and nobody else's."""

from reading import go_to, open_page, texts
from streamlit.testing.v1 import AppTest

FIRST = b"source,target\nThe cat slept.,It was tired.\nRain fell.,The roof leaked.\n"
SECOND = b"source,target\nSnow melts.,Rivers rise.\n"


def bring(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader[0].set_value((name, content, "text/csv")).run()


def files(app: AppTest) -> list[str]:
    boxes = [box for box in app.selectbox if box.label == "Your files"]
    return boxes[0].options[1:] if boxes else []


def test_a_file_that_was_brought_on_one_page_is_on_the_list_of_another_and_can_be_chosen_again() -> None:
    app = bring(bring(open_page("overview"), "mine.csv", FIRST), "other.csv", SECOND)
    assert files(app) == ["other.csv", "mine.csv"]
    app = go_to(app, "runs")
    app.session_state["tab-en"] = "Measure my pairs"
    app.run()
    assert files(app) == ["other.csv", "mine.csv"]
    assert "1 pair from other.csv" in texts(app).replace("*", "")
    app.selectbox(key="own-pairs-chosen").set_value("mine.csv").run()
    assert "2 pairs from mine.csv" in texts(app).replace("*", "")
    assert any(radio.label == "Measure" and len(radio.options) == 5 for radio in app.radio)
    app.button(key="own-pairs-remove").click().run()
    assert files(app) == ["other.csv"]
    assert files(open_page("overview")) == []


def test_the_link_to_measure_what_was_brought_opens_on_it() -> None:
    app = bring(bring(open_page("overview"), "mine.csv", FIRST), "other.csv", SECOND)
    app.selectbox(key="own-pairs-chosen").set_value("mine.csv").run()
    # The next page draws the same box in its first run.
    app.session_state["tab-en"] = "Measure my pairs"
    app = go_to(app, "runs")
    assert app.selectbox(key="own-pairs-chosen").value == "mine.csv"
    assert "2 pairs from mine.csv" in texts(app).replace("*", "")


def test_any_pair_of_a_file_can_be_shown_from_the_sidebar() -> None:
    app = bring(open_page("overview"), "mine.csv", FIRST)
    number = next(box for box in app.sidebar.number_input if box.label == "Pair")
    number.set_value(2).run()
    app.button(key="pair-of-file").click().run()
    assert app.text_area(key="source").value == "Rain fell."
    assert app.selectbox(key="pair").value == "own-1"
