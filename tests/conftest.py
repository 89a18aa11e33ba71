"""What the tests share: two models, loaded once, and English as the language of messages."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from loaded import loaded

import mhattn_core as mh
from mhattn_core import unforeseen
from mhattn_core.locale import use_language

# No test depends on a second of wall time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


BROWSER = Path(__file__).parent / "browser"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, those of one file stay together, and those of the browser: they share a server.
    First, since the plugin reads the groups in the same hook.
    """
    for item in items:
        group = BROWSER if item.path.is_relative_to(BROWSER) else item.path
        item.add_marker(pytest.mark.xdist_group(str(group)))


def pytest_collection_finish() -> None:
    """A run lets go of a model by a full collection, which takes a third of a second for what has been imported: that
    stays anyhow, and is no longer looked at.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def minilm() -> mh.Model:
    return loaded("minilm")


@pytest.fixture(scope="session")
def smollm2() -> mh.Model:
    return loaded("smollm2")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(autouse=True)
def _nothing_unforeseen(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A page shows what nobody foresaw as an error, so that a test which looks for exceptions would not see it: here it
    fails all the same.
    """
    yield
    if request.node.get_closest_marker("unforeseen") is None:
        reports = [
            record.exc_text or record.getMessage()
            for record in caplog.get_records("call")
            if record.name == unforeseen.__name__
        ]
        assert not reports, "\n".join(reports)
