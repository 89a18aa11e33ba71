"""How long the pages' scripts take when a person clicks or types."""

from statistics import median
from time import perf_counter

from streamlit.testing.v1 import AppTest

from mhattn_core.bench import LENGTHS, sentence
from mhattn_core.heads import head_name
from mhattn_core.ui.navigation import PAGES


def click_times(model: str, *, rounds: int) -> list[dict[str, object]]:
    """Script time of opening another head on Attention, in milliseconds, with the model resident: median and worst."""
    rows: list[dict[str, object]] = []
    for words in LENGTHS:
        app = AppTest.from_file(str(PAGES / "attention.py"), default_timeout=600).run()
        app.session_state["models"] = [model]
        app.text_area(key="source").set_value(sentence(words)).run()
        times = []
        for place in range(rounds):
            app.selectbox(key="head").set_value(head_name(place % 2, place % 5))
            times.append(_timed(app))
        rows.append({"words": words, "click, median ms": median(times) * 1000, "click, worst ms": max(times) * 1000})
    return rows


def page_times(model: str, *, rounds: int) -> list[dict[str, object]]:
    """Script time of every page in milliseconds: the first run on a new sentence, with the model resident, and the
    median of later ones.
    """
    rows: list[dict[str, object]] = []
    for page in sorted(PAGES.glob("*.py")):
        for words in LENGTHS:
            app = AppTest.from_file(str(PAGES.parent / "dashboard.py"), default_timeout=600).run()
            app.session_state["models"] = [model]
            app.switch_page(f"pages/{page.name}").run()
            text = sentence(words)
            app.text_area(key="source").set_value(text)
            app.text_area(key="target").set_value(text if page.stem == "translation" else "")
            times = [_timed(app) for _round in range(rounds)]
            rows.append(
                {
                    "page": page.stem,
                    "words": words,
                    "first ms": times[0] * 1000,
                    "later, median ms": median(times[1:]) * 1000,
                }
            )
    return rows


def _timed(app: AppTest) -> float:
    start = perf_counter()
    app.run()
    return perf_counter() - start
