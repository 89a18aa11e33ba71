"""Files of a run: written beside and renamed, and what a person is told when that does not work."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes the place of ``path`` at the end, whole. Raises Problem when the
    disk does not take it.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    finally:
        _remove(beside)


def cannot_write(folder: Path, error: OSError) -> Problem:
    stands = _("What was finished before is kept.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            _("The disk of “{folder}” is full.").format(folder=folder),
            _("Make room and start the run again: it resumes."),
            stands,
        )
    return Problem(
        _("“{folder}” cannot be written: {reason}").format(folder=folder, reason=error.strerror or str(error)),
        _("Choose a folder that you may write to."),
        stands,
    )


def write_json(path: Path, value: Any) -> None:
    with written(path) as beside:
        beside.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_table(path: Path, table: pd.DataFrame) -> None:
    with written(path) as beside:
        table.to_parquet(beside, index=False)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # An unwritable folder has been reported; there is nothing of ours in it.
        return
