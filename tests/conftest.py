"""What the tests share: two models, loaded once, and English as the language of messages."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from loaded import loaded

import mhattn_core as mh
from mhattn_core import unforeseen
from mhattn_core.locale import use_language

# No test depends on a second of wall time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
BROWSER = "tests/browser/"
LONGEST = (
    BROWSER,
    "tests/model/test_role_targets.py",
    "tests/model/test_on_ray.py",
    "tests/model/test_refused_pairs.py",
    "tests/patterns/test_labels.py",
    "tests/model/test_runs_killed.py",
    "tests/model/test_recipes.py",
)
"""What takes longest for its few tests: begun first, it is not left to one worker in the end."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where tests run side by side, those of one file stay together, and those of the browser: they share a server."""
    from xdist.scheduler import LoadFileScheduling
    from xdist.workermanage import WorkerController

    class Together(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))

        def _assign_work_unit(self, node: WorkerController) -> None:
            for scope in reversed(LONGEST):
                if scope in self.workqueue:
                    self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    return Together(config, log)


def pytest_collection_finish() -> None:
    """A run lets go of a model by a full collection, which takes a third of a second for what has been imported: that
    stays anyhow, and is no longer looked at. What tests leave is looked for less often than a small program needs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


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
