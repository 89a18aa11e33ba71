"""What was measured with this program and is quoted of it, as data: the page Methods shows it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mhattn_core.locale import current_language


@dataclass(frozen=True)
class Result:
    """One paragraph or more in Markdown, a table among them where it needs one."""

    id: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.titles[current_language()]

    @property
    def text(self) -> str:
        return self.texts[current_language()]


@cache
def results() -> list[Result]:
    """In the order in which a reader meets them."""
    with (Path(__file__).parent / "measured.toml").open("rb") as file:
        return [Result(id_, row["title"], row["text"]) for id_, row in tomllib.load(file).items()]
