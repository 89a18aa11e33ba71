"""A page that loads models says which, of how many, and what is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from reading import open_page
from tiny import put_model

from mhattn_core.ui.resources import models

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
    named = [str(put_model(tmp_path / name)) for name in NAMES[: len(said)]]
    shown: list[str] = []

    @contextmanager
    def spinner(text: str) -> Iterator[None]:
        shown.append(text)
        yield

    monkeypatch.setattr(st, "spinner", spinner)  # which shows nothing of what is done in a moment
    app = open_page("attention", models=named)
    assert not app.exception, app.exception
    assert [text for text in shown if "Loading" in text] == said


def test_the_address_says_how_precise_the_weights_are(tmp_path: Path) -> None:
    """The same model in two precisions is two, on the page, in memory and in the code that gives its numbers."""
    name = str(put_model(tmp_path / "one"))
    half = open_page("attention", models=[name], dtype="bfloat16")
    assert not half.exception, half.exception
    assert half.selectbox(key="dtype").value == "bfloat16"
    assert any("less memory" in caption.value for caption in half.sidebar.caption)
    whole = open_page("attention", models=[name])
    assert not any("less memory" in caption.value for caption in whole.sidebar.caption)
    for app, dtype in ((half, "bfloat16"), (whole, "float32")):
        assert name in models().names(dtype)
        assert ("dtype='bfloat16'" in "\n".join(block.value for block in app.code)) == (app is half)
    assert models().get(name).revision + "+bfloat16" == models().get(name, "bfloat16").revision
