"""What reading a file of pairs gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment
from mhattn_core.text.reading.dataset import Origin

Bad = tuple[int, str]
"""The line of a row that was left out, and why."""


@dataclass(frozen=True)
class GoldWord:
    """A word of a gold tree; ``head`` is the position of its head in the sentence, counted from 0, and -1 at the
    root.
    """

    form: str
    lemma: str
    upos: str
    head: int
    deprel: str


@dataclass(frozen=True)
class PairRecord:
    """A pair as a file gives it.

    ``line`` is where it begins in the file, as an editor counts (a sheet: its row). ``tree`` has one entry for each
    word of ``pair.a``, or none. Links of ``alignment`` count the words of ``pair.a`` and ``pair.b``.
    """

    id: str
    pair: SentencePair
    line: int
    document: str = ""
    group: str = ""
    label: str = ""
    alignment: Alignment | None = None
    tree: tuple[GoldWord, ...] = ()


@dataclass(frozen=True)
class Columns:
    """``found`` in the file (``#1``, ``#2`` … where it has no names), and which of them each field was read from.

    ``used`` without ``source``: the names do not tell, and somebody has to say. ``in_doubt``: whether the first row
    holds names or is a pair, as ``header`` says, is no more than likely, and somebody should say.
    """

    found: tuple[str, ...] = ()
    used: Mapping[str, str] = field(default_factory=dict)
    header: bool = False
    in_doubt: bool = False


@dataclass(frozen=True)
class Upload:
    """``bad`` holds the rows left out (line, reason); ``head`` the first rows as they stand in the file, by column.

    ``remarks`` are sentences for people on what was not plain, and how it was read. ``sheets`` are those of a workbook
    that can be read, ``sheet`` the one that was. ``lines`` are those of all rows of pairs, bad ones among them: what a
    file of links counts. ``origin``: of what data set of the Hub they are a sample.
    """

    name: str
    format: str
    pairs: list[PairRecord]
    bad: pd.DataFrame
    columns: Columns = Columns()
    encoding: str = ""
    separator: str = ""
    head: tuple[Mapping[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    origin: Origin | None = None


class TableRow(NamedTuple):
    """A row of a table before anybody knows what its cells mean; ``fault`` says why it cannot be read."""

    line: int
    cells: list[Any]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """``names`` is None where the first row may hold them; ``sheet``, ``sheets``, ``remarks`` and ``origin`` as of ``Upload``.
    ``fields``: what the format itself says of the columns of fields, where their names do not.
    """

    format: str
    rows: Iterable[TableRow]
    names: tuple[str, ...] | None = None
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None


def bad_rows(rows: Iterable[Bad]) -> pd.DataFrame:
    """The rows left out as a table in the order of the file."""
    return pd.DataFrame(sorted(rows), columns=["line", "reason"]).astype({"line": "int64", "reason": "str"})
