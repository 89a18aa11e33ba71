"""How long the page's script takes when a person clicks."""

from statistics import median
from time import perf_counter

from streamlit.testing.v1 import AppTest

from mhattn_core.bench import LENGTHS, sentence
from mhattn_core.ui.head_choice import head_name
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
            start = perf_counter()
            app.run()
            times.append(perf_counter() - start)
        rows.append({"words": words, "click, median ms": median(times) * 1000, "click, worst ms": max(times) * 1000})
    return rows
