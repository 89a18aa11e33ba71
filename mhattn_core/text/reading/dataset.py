"""Data sets of the Hub by their addresses, and where pairs that were taken from one say that they come from."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _

EXAMPLE = "hf://datasets/nyu-mll/glue/mrpc/train"
NAME = r"[\w][\w.-]*"
ADDRESS = re.compile(
    rf"hf://?datasets/(?P<id>{NAME}/{NAME})(?:@(?P<revision>[\w][\w.%-]*))?/(?P<config>{NAME})/(?P<split>\w+(?:\.\w+)*)/?"
)
WEB = re.compile(
    rf"https?://?[^/]+/datasets/(?P<id>{NAME}/{NAME})/viewer/(?P<config>{NAME})/(?P<split>\w+(?:\.\w+)*)/?(?:[?#].*)?"
)
FILES = (".parquet", ".jsonl")
KEY = b"mhattn.origin"
LONGEST = 300


@dataclass(frozen=True)
class Dataset:
    """A split of a configuration of a data set. revision: None for the newest."""

    id: str
    config: str
    split: str
    revision: str | None = None

    def __str__(self) -> str:
        at = f"@{self.revision}" if self.revision else ""
        return f"hf://datasets/{self.id}{at}/{self.config}/{self.split}"


@dataclass(frozen=True)
class Origin:
    """Where the rows of a sample come from: ``address`` with its commit, the ``licence`` that the data set declares, how
    many ``rows`` it has, of which ``numbers`` are here (from 1), and of how many row ``groups`` they were taken of
    ``all_groups``. partial: whether the Hub converted no more than the beginning of the split.
    """

    address: str
    licence: str
    rows: int
    numbers: tuple[int, ...]
    groups: int
    all_groups: int
    partial: bool = False

    def metadata(self) -> dict[bytes, bytes]:
        """As a Parquet file keeps it."""
        return {KEY: json.dumps(asdict(self)).encode()}

    def sentence(self) -> str:
        """For people."""
        beginning = _("The Hub offers only the beginning of this split.")
        says = _(
            "{number} of {rows} rows, chosen by a hash of the row from {groups} of {all_groups} row groups; {address}, "
            "licence: {licence}."
        ).format(
            number=f"{len(self.numbers):,}",
            rows=f"{self.rows:,}",
            groups=f"{self.groups:,}",
            all_groups=f"{self.all_groups:,}",
            address=self.address,
            licence=self.licence or _("not stated"),
        )
        return f"{says} {beginning}" if self.partial else says


def is_dataset(source: object) -> bool:
    """Whether it names a split of a data set of the Hub, and not files."""
    return isinstance(source, str | Path) and _match(str(source)) is not None


def named(address: str | Path) -> Dataset:
    """Raises Problem when it is no address of a split."""
    if found := _match(str(address)):
        parts = found.groupdict()
        return Dataset(parts["id"], parts["config"], parts["split"], parts.get("revision"))
    raise Problem(
        _("“{name}” is not the address of a data set with its configuration and split.").format(
            name=str(address)[:100]
        ),
        _("Write it like this: {example}").format(example=EXAMPLE),
    )


def origin_of(metadata: Mapping[bytes, bytes] | None, rows: int) -> Origin | None:
    """What a Parquet file of so many rows says of itself, if it says it as ``Origin.metadata`` does: anybody may have
    written it.
    """
    try:
        told: dict[str, Any] = json.loads((metadata or {})[KEY])
        numbers = tuple(told.pop("numbers"))
        texts = [told["address"], told["licence"]]
        counts = [told["rows"], told["groups"], told["all_groups"], *numbers]
        plain = all(isinstance(text, str) and len(text) <= LONGEST for text in texts)
        plain = plain and isinstance(told.get("partial", False), bool)
        counted = all(type(count) is int and count >= 0 for count in counts) and len(numbers) == rows
        return Origin(**told, numbers=numbers) if plain and counted and list(numbers) == sorted({*numbers}) else None
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _match(address: str) -> re.Match[str] | None:
    address = address.strip()
    return None if address.endswith(FILES) else ADDRESS.fullmatch(address) or WEB.fullmatch(address)
