"""What the note claims about heads, as data: quotation, sentence, links, the page that decides it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mhattn_core.locale import current_language
from mhattn_core.text.documents import documents
from mhattn_core.text.gallery import gallery

Link = tuple[int, int]
"""Query word and key word, by position in the claim's sentence."""


@dataclass(frozen=True)
class Claim:
    """One claim of the note.

    ``links`` may be empty, as may ``sentence``, ``matrix`` and ``document`` (a gallery id, an id of ``matrices()`` and
    of ``documents()``);
    ``models`` and ``stack`` may be empty: the reader's models, and each model's first stack.
    ``page`` is where it is decided, with ``settings`` of its address, and ``measure`` by what.
    """

    id: str
    chapter: int
    quotes: Mapping[str, str]
    measure: str
    page: str
    settings: Mapping[str, str]
    sentence: str
    links: tuple[Link, ...]
    weights: tuple[float, ...]
    models: tuple[str, ...]
    stack: str
    matrix: str
    document: str
    remarks: Mapping[str, str]

    @property
    def quote(self) -> str:
        return self.quotes[current_language()]

    @property
    def address(self) -> dict[str, str | list[str]]:
        """Its sentence, document and models, as parameters of a page's address."""
        asked: dict[str, str | list[str]] = {"pair": gallery()[self.sentence].title} if self.sentence else {}
        if self.document:
            asked["document"] = documents()[self.document].title
        return asked | ({"models": list(self.models)} if self.models else {})

    @property
    def remark(self) -> str:
        return self.remarks.get(current_language(), "")


@dataclass(frozen=True)
class Chapter:
    number: int
    titles: Mapping[str, str]
    claims: tuple[Claim, ...]

    @property
    def title(self) -> str:
        return self.titles[current_language()]


@dataclass(frozen=True)
class NoteMatrix:
    """A matrix that the note prints: ``weights`` ``[query, key]``; ``section`` of the note."""

    section: int
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    weights: np.ndarray


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "claims.toml").read_text(encoding="utf-8"))


@cache
def claims() -> tuple[Claim, ...]:
    """All claims in the note's order."""
    return tuple(
        Claim(
            id=row["id"],
            chapter=row["chapter"],
            quotes=row["quote"],
            measure=row["measure"],
            page=row["page"],
            settings=row.get("settings", {}),
            sentence=row.get("sentence", ""),
            links=tuple((query, key) for query, key in row.get("links", ())),
            weights=tuple(row.get("weights", ())),
            models=tuple(row.get("models", ())),
            stack=row.get("stack", ""),
            matrix=row.get("matrix", ""),
            document=row.get("document", ""),
            remarks=row.get("remark", {}),
        )
        for row in _file()["claim"]
    )


@cache
def chapters() -> tuple[Chapter, ...]:
    """The six chapters with their claims."""
    return tuple(
        Chapter(row["number"], row["title"], tuple(claim for claim in claims() if claim.chapter == row["number"]))
        for row in _file()["chapter"]
    )


@cache
def matrices() -> dict[str, NoteMatrix]:
    """The note's own matrices by id."""
    return {
        id_: NoteMatrix(
            row["section"], tuple(row["queries"]), tuple(row["keys"]), np.array(row["rows"], dtype=np.float32)
        )
        for id_, row in _file()["matrix"].items()
    }
