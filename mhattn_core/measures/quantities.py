"""What each quantity is called, how it is read and where it comes from, as data: ``quantities.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mhattn_core.locale import _, close_up, current_language
from mhattn_core.measures.statistics import UNBOUNDED

STATISTICS = "statistics"
"""The family of what stands beside every value."""
LIKE = {
    **dict.fromkeys(
        ("interactions", "curves", "keep_one", "cluster_ablation", "faithfulness", "knockouts"), "ablation"
    ),
    "probe_means": "probes",
    "retrieval_masking": "retrieval_trials",
}
"""Tables whose columns, as far as they are not their own, are those of another table."""
Words = Mapping[str, str]
"""The same in each language, by its code; empty where there is nothing to say."""
Direction = Literal["highest", "lowest", "farthest", "none"]
"""The end of the scale at which a head stands out; farthest: from 0."""


@dataclass(frozen=True)
class Family:
    """What measures some quantities; ``of_runs``: by a name that a run can be asked for."""

    code: str
    titles: Words
    explanations: Words
    of_runs: bool = True

    @property
    def title(self) -> str:
        return self.titles[current_language()]

    @property
    def says(self) -> str:
        return self.explanations[current_language()]


@dataclass(frozen=True)
class Quantity:
    """One record; ``quantities.toml`` says what each field holds. Words are in the language of the thread."""

    code: str
    family: str
    range: str
    words: Mapping[str, Words]
    direction: Direction = "none"
    similarity: bool = False
    formula: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()

    @property
    def searchable(self) -> str:
        """Everything that is said of it, in small letters."""
        said = (text for words in self.words.values() for text in words.values())
        return " ".join((self.code, *said, *self.sources)).lower()

    @property
    def title(self) -> str:
        """The full name, without the unit."""
        return self._said("title")

    @property
    def unit(self) -> str:
        return self._said("unit")

    @property
    def says(self) -> str:
        return self._said("says")

    @property
    def reads(self) -> str:
        return self._said("reads")

    @property
    def caveat(self) -> str:
        return self._said("caveat")

    @property
    def explanation(self) -> str:
        """What it is, how to read it, and how far it may be believed."""
        return close_up(" ".join(filter(None, (self.says, self.reads, self.caveat))))

    @property
    def axis(self) -> str:
        """The name with its unit, for an axis, a legend or a column."""
        return self._with_unit(self.title)

    @property
    def change_axis(self) -> str:
        """The axis of a difference of two values."""
        return self._with_unit(self._said("change") or self.title)

    @property
    def distance_title(self) -> str:
        """The name of the distance that is made of it: itself, or one less it."""
        return f"1 − {self.title}" if self.similarity else self.title

    @property
    def distance_axis(self) -> str:
        """The same with its unit, for an axis."""
        return self._with_unit(self.distance_title)

    @property
    def help(self) -> str:
        """For a tooltip, in Markdown: what it is, how to read it, and its name in tables."""
        return f"{self.says} {self.reads} {self.name_in_tables}"

    @property
    def name_in_tables(self) -> str:
        """In Markdown."""
        return _("In tables: `{code}`.").format(code=self.code)

    def _with_unit(self, title: str) -> str:
        return _("{title} ({unit})").format(title=title, unit=self.unit) if self.unit else title

    def _said(self, part: str) -> str:
        return self.words.get(part, {}).get(current_language(), "")


@cache
def quantities() -> dict[str, Quantity]:
    """All quantities by their names in tables, in the order in which a reader meets them."""
    return {code: _quantity(code, row) for code, row in _data()["quantity"].items()}


def quantity(code: str) -> Quantity:
    """The quantity of that name; ``pattern.offset.*`` stands for every offset. Raises KeyError for another name."""
    known = quantities()
    if code in known:
        return known[code]
    whole, _dot, part = code.rpartition(".")
    of_all = known[f"{whole}.*"]
    titles = {language: f"{title}: {part}" for language, title in of_all.words["title"].items()}
    return replace(of_all, code=code, words={**of_all.words, "title": titles})


def column(table: str, name: str) -> Quantity:
    """What a column of a run's table holds: ``cost`` of ``matches``, or ``n``, which means the same in all.

    An end of an interval (``gain_low``) is ``low`` or ``high``, and ``noise_cka`` what ``noise`` is; what a table has
    in common with another (``LIKE``) is told once. Raises KeyError for a column that holds no quantity, such as
    ``model``.
    """
    known = quantities()
    like = LIKE.get(table, table)
    for code in (f"{table}.{name}", name, f"{like}.{name}"):
        if code in known:
            return known[code]
    first, _underscore, last = name.rpartition("_")
    return known[last] if known[last].family == STATISTICS else known[f"{like}.{first}"]


def of_family(family: str) -> dict[str, Quantity]:
    """The quantities that one family measures, by name."""
    return {code: one for code, one in quantities().items() if one.family == family}


def title_of(code: str) -> str:
    """The full name of a quantity; of a name that is not known, such as a measure of an earlier version, that name."""
    try:
        return quantity(code).title
    except KeyError:
        return code


def range_of(code: str) -> tuple[float, float]:
    """Lowest and highest: 0 and 1 of a share, infinite of what is no share, or is not known."""
    try:
        return (0.0, 1.0) if quantity(code).range == "[0, 1]" else UNBOUNDED
    except KeyError:
        return UNBOUNDED


def axis_title(code: str) -> str:
    """The axis of a quantity; of a name that is not known, which a user's own table may hold, that name."""
    try:
        return quantity(code).axis
    except KeyError:
        return code


@cache
def families() -> dict[str, Family]:
    """All families by name."""
    return {
        code: Family(code, row["title"], row["says"], row.get("of_runs", True))
        for code, row in _data()["family"].items()
    }


def _quantity(code: str, row: Mapping[str, Any]) -> Quantity:
    words = {part: row[part] for part in ("title", "unit", "change", "says", "reads", "caveat") if part in row}
    plain = {part: row[part] for part in ("direction", "similarity", "formula") if part in row}
    return Quantity(
        code,
        row["family"],
        row["range"],
        words,
        sources=row.get("sources", {}),
        pages=tuple(row.get("pages", ())),
        **plain,
    )


@cache
def _data() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "quantities.toml").open("rb") as file:
        return tomllib.load(file)
