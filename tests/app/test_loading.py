"""A page that loads models says which, of how many, and what is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from reading import open_page
from tiny import put_model

NAMES = ("first", "second")


@pytest.mark.parametrize(
    "said",
    [
        ["Loading first: its weights, then one pass over the text …"],
        [
            f"Loading {name}, model {place} of 2: its weights, then one pass over the text …"
            for place, name in enumerate(NAMES, 1)
        ],
    ],
)
def test_what_is_loaded_is_said(said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [str(put_model(tmp_path / name)) for name in NAMES[: len(said)]]
    shown: list[str] = []

    @contextmanager
    def spinner(text: str) -> Iterator[None]:
        shown.append(text)
        yield

    monkeypatch.setattr(st, "spinner", spinner)  # which shows nothing of what is done in a moment
    app = open_page("attention", models=models)
    assert not app.exception, app.exception
    assert [text for text in shown if "Loading" in text] == said
