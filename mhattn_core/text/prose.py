"""What pages say at length, as data: ``prose.toml``."""

import tomllib
from functools import cache
from pathlib import Path

from mhattn_core.locale import current_language


def prose(name: str) -> str:
    """A text by its name, in the language of the thread, in Markdown."""
    return texts()[name][current_language()]


@cache
def texts() -> dict[str, dict[str, str]]:
    """All of them, by name and language."""
    with (Path(__file__).parent / "prose.toml").open("rb") as file:
        return tomllib.load(file)
