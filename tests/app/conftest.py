"""What tests of pages share."""

from pathlib import Path

import pytest
from tiny import put_translator

from mhattn_core.ui.kept import of_documents


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    of_documents().clear()


@pytest.fixture
def bart(tmp_path: Path) -> str:
    """A tiny random translator that takes 256 tokens."""
    return str(put_translator(tmp_path / "bart", "bart"))
