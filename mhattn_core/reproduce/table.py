"""A published table: what was measured on which model and data, and each number with where it was read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _, current_language, listed

Provenance = Literal["V", "N", "A", "C"]
"""Where a number was read: V the authors' own code or data, N notes or pages of others, A an abstract or a README, C
computed for this project. A number that was only remembered is in no table.
"""
Needs = Literal["", "texts", "trees", "links", "labels"]
"""What a measure reads beside a model: nothing, texts, gold trees, gold links, labelled texts."""


@dataclass(frozen=True)
class PublishedNumber:
    """One number, in the unit of its table; read: where."""

    name: str
    value: float
    read: Provenance


@dataclass(frozen=True)
class PublishedTable:
    """model: a name that ``load`` takes, empty where any model of the kind will do. measure: see ``MEASURES``. needs: the
    kind of data. source: a key of ``text.methods.sources``, empty where none is known. caveats: what is not as it was.
    """

    name: str
    model: str
    measure: str
    needs: Needs
    source: str
    titles: Mapping[str, str]
    explanations: Mapping[str, str]
    caveats: Mapping[str, str]
    numbers: tuple[PublishedNumber, ...]

    @property
    def title(self) -> str:
        return self.titles[current_language()]

    @property
    def says(self) -> str:
        """What is measured, on what, in which unit."""
        return self.explanations[current_language()]

    @property
    def caveat(self) -> str:
        """What may make the numbers differ for no fault of anybody's."""
        return self.caveats[current_language()]


@cache
def published_tables() -> dict[str, PublishedTable]:
    """All of them, by name."""
    files = sorted((Path(__file__).parent / "tables").glob("*.toml"))
    return {file.stem: _table(file) for file in files}


def published_table(name: str) -> PublishedTable:
    """Raises Problem for a name that is not there."""
    known = published_tables()
    if name not in known:
        raise Problem(
            _("“{name}” is not a published table that can be measured again.").format(name=name),
            _("Choose one of: {names}.").format(names=listed(known)),
        )
    return known[name]


def _table(file: Path) -> PublishedTable:
    row = tomllib.loads(file.read_text(encoding="utf-8"))
    numbers = tuple(PublishedNumber(one["name"], float(one["value"]), one["read"]) for one in row["number"])
    words = {"titles": row["title"], "explanations": row["says"], "caveats": row["caveat"]}
    plain = {name: row[name] for name in ("model", "measure", "needs", "source")}
    return PublishedTable(name=file.stem, numbers=numbers, **plain, **words)
