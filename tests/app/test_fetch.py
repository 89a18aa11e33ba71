"""The button for a model that has not been fetched."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mhattn_core.ui.resources import models

ATTENTION = Path(__file__).parents[2] / "pages" / "attention.py"


def test_a_model_that_is_not_here_is_offered_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path))
    models.clear()  # another test may have left smollm2 in memory
    app = AppTest.from_file(str(ATTENTION), default_timeout=300)
    app.session_state["models"] = ["minilm", "smollm2"]
    app.run()
    assert not app.exception
    assert app.button(key="fetch-smollm2").label == "Fetch smollm2 (93 MB)"
    assert "not been fetched" in app.error[0].value
    assert app.selectbox(key="head")
