"""Models of the catalogue, each loaded once a process: tests read them and leave them as they are."""

from functools import cache

import pytest

import mhattn_core as mh
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name


def loaded(name: str) -> mh.Model:
    """The model of this name; the test is skipped where it has not been fetched."""
    if entries()[trained_name(name)].path() is None:
        pytest.skip(f"{name} has not been fetched: python -m mhattn_core fetch {name}")
    return _loaded(name)


@cache
def _loaded(name: str) -> mh.Model:
    return mh.load(name, device="cpu")
