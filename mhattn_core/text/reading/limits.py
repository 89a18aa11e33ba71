"""How large a file of pairs may be."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _

T = TypeVar("T")
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """bytes: of the file; expanded: bytes of what is packed inside it (.xlsx and .parquet are); characters: of one
    cell; document: of one with a whole document.
    """

    bytes: int = 100 * MEGABYTE
    expanded: int = 200 * MEGABYTE
    rows: int = 200_000
    columns: int = 200
    characters: int = 20_000
    document: int = 120_000
    seconds: float = 120

    def check_bytes(self, name: str, size: int) -> None:
        if size > self.bytes:
            raise self.exceeded(_("“{name}” is larger than {size} MB.").format(name=name, size=self.bytes // MEGABYTE))

    def check_expanded(self, name: str, size: int) -> None:
        if size > self.expanded:
            raise self.exceeded(
                _("“{name}” would take more than {size} MB unpacked.").format(name=name, size=self.expanded // MEGABYTE)
            )

    def check_columns(self, name: str, number: int) -> None:
        if number > self.columns:
            raise self.exceeded(_("“{name}” has more than {number} columns.").format(name=name, number=self.columns))

    def check_document(self, name: str, text: str) -> None:
        if len(text) > self.document:
            raise self.exceeded(
                _("“{name}” has more than {number} characters.").format(name=name, number=f"{self.document:,}")
            )

    def within(self, name: str, rows: Iterable[T]) -> Iterator[T]:
        """The same rows; raises Problem at the first that is one too many or comes too late."""
        end = time.monotonic() + self.seconds
        for number, row in enumerate(rows):
            if number > self.rows:  # one more, since the first may hold names
                raise self.exceeded(
                    _("“{name}” has more than {number} rows.").format(name=name, number=f"{self.rows:,}")
                )
            if time.monotonic() > end:
                raise self.exceeded(
                    _("“{name}” takes longer than {seconds} seconds to read.").format(
                        name=name, seconds=int(self.seconds)
                    )
                )
            yield row

    def exceeded(self, happened: str) -> Problem:
        return Problem(happened, _("Upload a part of it, or run your own copy and raise the limits."))


HOSTED = Limits(bytes=5 * MEGABYTE, expanded=25 * MEGABYTE, rows=500, columns=50, seconds=20)
"""The limits of a copy for everybody."""


def limits() -> Limits:
    """How large a file this copy takes."""
    return HOSTED if hosted() else Limits()
