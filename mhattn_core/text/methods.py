"""How things are measured and by whom it was proposed, as data: names, sentences, formulas, sources."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mhattn_core.locale import _, current_language, listed

_TITLE = re.compile(r"title = \{(.*?)\}, (?:booktitle|journal|institution|howpublished)")


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

    @property
    def searchable(self) -> str:
        """Everything that is said of it, in small letters."""
        return " ".join((self.id, *self.names.values(), *self.explanations.values(), *self.sources)).lower()


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


def after(cited: Mapping[str, str]) -> str:
    """By whom it was proposed, in a sentence. cited: keys of sources with the section, which may be empty."""
    titles = []
    for key, section in cited.items():
        title = _TITLE.search(sources()[key])
        if title:
            part = _(", section {section}").format(section=section) if section else ""
            titles.append(f"{key[:-4].capitalize()} {key[-4:]}, “{title[1]}”{part}")
    return _("After: {sources}").format(sources=listed(titles, "; ")) if titles else ""


@cache
def _data() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "methods.toml").open("rb") as file:
        return tomllib.load(file)
