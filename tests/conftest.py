"""What the tests share: the bundled model, loaded once, and English as the language of messages."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

import mhattn_core as mh
from mhattn_core.locale import use_language

# No test depends on a second of wall time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def minilm() -> mh.Model:
    return mh.load("minilm", device="cpu")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")
