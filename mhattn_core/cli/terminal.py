"""What the terminal shows: tables, progress, and what was left out of what was read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from mhattn_core.locale import _

if TYPE_CHECKING:
    from mhattn_core.text.reading import Upload


def listed(words: Mapping[str, Mapping[str, str]]) -> str:
    """Names with what they mean; the help is in English."""
    return "; ".join(f"{code}: {said['en']}" for code, said in words.items()) + "."


def console(*, stderr: bool = False) -> Console:
    """Names of models and folders are shown as they are: ``[/v1.2]`` is no markup, and ``:smile:`` no picture."""
    return Console(stderr=stderr, markup=False, emoji=False)


def progress_bars(*more: ProgressColumn) -> Progress:
    """Progress on the terminal; ``more`` columns follow."""
    doing = TextColumn("{task.description}", style="progress.description", markup=False)
    return Progress(
        SpinnerColumn(),
        doing,
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        *more,
        console=console(stderr=True),
    )


def print_table(rows: list[dict[str, object]]) -> None:
    """A line a row, its first column whole; nothing where there is no row."""
    if not rows:
        return
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for number, column in enumerate(rows[0]):
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    console().print(table)


def tell_left_out(rows: pd.DataFrame) -> None:
    """Rows with line and reason, on stderr."""
    for row in rows.itertuples():
        console(stderr=True).print(_("Line {line}: {reason}").format(line=row.line, reason=row.reason))


def tell_remarks(read: "Upload") -> None:
    """What is remarkable in what was read, on stderr, and which option says otherwise."""
    remarks = list(read.remarks)
    if read.columns.in_doubt:
        remarks.append(_("Say --header if the first row holds names, --no-header if it is a pair."))
    if len(read.sheets) > 1 and remarks:
        remarks.append(_("Another sheet is read with --sheet NAME."))
    for remark in remarks:
        console(stderr=True).print(remark, style="yellow", soft_wrap=True)
