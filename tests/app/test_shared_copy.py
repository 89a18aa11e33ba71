"""A copy for everybody: how its owner says so, and what a visitor is told whose work waits for another's."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from reading import open_page
from streamlit.testing.v1 import AppTest

from mhattn_core.ui import turns
from mhattn_core.visitors.turns import Turns

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds until a test gives up; none passes by waiting


class Bar:
    """In place of a progress bar: what it was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.told = Event()

    def progress(self, _share: float, text: str) -> None:
        self.texts.append(text)
        self.told.set()


@pytest.mark.parametrize(("secret", "shared"), [(True, True), (False, False), (None, False)])
def test_true_in_streamlits_secrets_makes_a_copy_shared(
    secret: bool | None, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "")
    app = AppTest.from_string((ROOT / "dashboard.py").read_text(encoding="utf-8"), default_timeout=120)
    if secret is not None:
        app.secrets["MHATTN_HOSTED"] = secret
    app.run()
    assert not app.exception
    assert (os.environ["MHATTN_HOSTED"] == "true") is shared
    assert app.multiselect(key="models").proto.accept_new_options is not shared


def test_who_waits_for_another_visitors_slow_work_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    one, bar = Turns(), Bar()
    monkeypatch.setattr(turns, "_turns", lambda: one)
    monkeypatch.setattr(turns, "visitor", lambda: "second")

    def second() -> None:
        with turns.turn(bar, "Measuring …"):  # type: ignore[arg-type]
            pass

    with ThreadPoolExecutor(1) as pool:
        with one.taken("first"):
            waits = pool.submit(second)
            assert bar.told.wait(PATIENCE)
        waits.result(PATIENCE)
    assert set(bar.texts) == {"Measuring … Waiting for another visitor's work."}


def test_a_link_to_a_model_that_a_shared_copy_does_not_offer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    app = open_page("methods", models=["minilm", "someone/*own*-model"])
    assert app.multiselect(key="models").value == ["minilm"]
    (notice,) = [one.value for one in app.warning]
    assert notice.startswith(r"“someone/\*own\*\-model” is not offered here")  # their text, not Markdown
    app.multiselect(key="models").set_value(["minilm", "minilm@random"]).run()
    assert not app.warning
