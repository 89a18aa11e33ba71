"""The page Ablation, opened on one of its tabs."""

from typing import Any

from reading import open_page
from streamlit.testing.v1 import AppTest


def faults(tab: str = "bench", *models: str, **settings: Any) -> AppTest:
    given = {"tab": tab, "models": list(models)} | settings
    return open_page("fault_tolerance", **{name: value for name, value in given.items() if value})
