"""The button for a model that has not been fetched."""

from pathlib import Path

import pytest
from reading import open_page

from mhattn_core.ui.resources import models


def test_a_model_that_is_not_here_is_offered_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path))
    models.clear()  # another test may have left smollm2 in memory
    app = open_page("attention", state={"models": ["minilm", "smollm2"]})
    assert not app.exception
    assert app.button(key="fetch-smollm2").label == "Fetch smollm2 (93 MB)"
    assert "not been fetched" in app.error[0].value
    assert app.selectbox(key="head")
