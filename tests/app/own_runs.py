"""Runs of one's own: pairs are brought to the page Data and measured, in a queue that the test holds."""

from threading import Event

from reading import open_page
from streamlit.testing.v1 import AppTest

from mhattn_core.runs import store
from mhattn_core.text.reading import samples
from mhattn_core.ui.kept import of_costs
from mhattn_core.ui.runs.known import jobs, opened
from mhattn_core.ui.turns import _rate
from mhattn_core.ui.visit import _visits
from mhattn_core.visitors.jobs import Job

TIMEOUT = 120


release = Event()


def settle() -> None:
    """Until the queue is empty."""
    done = Event()
    jobs().submit(f"settle {id(done)}", lambda _job: done.set())
    assert done.wait(TIMEOUT)


def forget() -> None:
    """As a server that has just begun knows nothing of runs and visitors; what takes longest, its models, stay loaded."""
    for kept in (jobs, opened, of_costs, _visits, _rate):
        kept.clear()


def occupy(key: str = "somebody else's") -> Job:
    """A job that works until ``release``."""
    begun = Event()

    def work(_job: Job) -> None:
        begun.set()
        release.wait(TIMEOUT)

    job = jobs().submit(key, work)
    assert begun.wait(TIMEOUT)
    return job


def page(tab: str = "", **parameters: str) -> AppTest:
    return open_page("runs", state={"tab-en": tab} if tab else {}, **parameters)


def choose(app: AppTest, tab: str) -> AppTest:
    app.session_state["tab-en"] = tab
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def bring(name: str = "pairs.csv", content: bytes = samples()["pairs.csv"]) -> AppTest:
    app = page("Measure my pairs")
    app.multiselect(key="models").set_value(["minilm"])
    app.file_uploader[0].set_value((name, content, "application/octet-stream"))
    return app.run()


def measured() -> store.Saved:
    """A finished run of one's own."""
    press(bring(), "Start")
    settle()
    (run,) = store.saved()
    assert run.finished
    return run
