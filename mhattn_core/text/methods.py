"""How things are measured and by whom it was proposed, as data: names, sentences, formulas, sources."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mhattn_core.locale import current_language


@dataclass(frozen=True)
class Method:
    """One method. ``formula`` is LaTeX and may be empty, as may ``sources`` (ours)."""

    id: str
    names: Mapping[str, str]
    explanations: Mapping[str, str]
    formula: str
    sources: tuple[str, ...]
    pages: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[current_language()]

    @property
    def says(self) -> str:
        return self.explanations[current_language()]


@cache
def methods() -> dict[str, Method]:
    """All methods by id, in the order in which a reader meets them."""
    return {
        id_: Method(id_, row["name"], row["says"], row.get("formula", ""), tuple(row["sources"]), tuple(row["pages"]))
        for id_, row in _data()["method"].items()
    }


@cache
def sources() -> dict[str, str]:
    """BibTeX by key."""
    return dict(_data()["source"])


@cache
def _data() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "methods.toml").open("rb") as file:
        return tomllib.load(file)
