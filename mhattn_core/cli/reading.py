"""Reading the files of pairs that a command names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading import FIELDS, SAMPLE, Upload, read_pairs, read_parallel


def columns_of(option: str | None) -> Mapping[str, str] | None:
    """``source=premise,target=hypothesis`` as ``read_pairs`` takes it. Raises Problem where it is written otherwise."""
    if option is None:
        return None
    columns = dict(part.strip().partition("=")[::2] for part in option.split(","))
    if not columns.keys() <= {*FIELDS} or option.count("=") < len(columns):
        raise Problem(
            _("“{option}” does not say which columns hold what.").format(option=option),
            _("Write it like this: {example}").format(example="source=premise,target=hypothesis")
            + " "
            + _("Fields: {names}.").format(names=" ".join(FIELDS)),
        )
    return columns


def read_files(files: Sequence[str], *, sample: int = SAMPLE, **reading: Any) -> Upload:
    """One file of pairs, or two whose lines are translations of one another; ``reading`` as of ``read_pairs``. Raises
    Problem.
    """
    if len(files) == 1:
        return read_pairs(Path(files[0]), sample=sample, **reading)
    if len(files) > 2:
        raise Problem(
            _("{number} files of sentences were given.").format(number=len(files)),
            _("Give one file of pairs, or two of sentences."),
        )
    if any(value is not None for value in reading.values()):
        raise Problem(_("Two files of sentences have no columns."), _("Leave out --header, --sheet and --columns."))
    return read_parallel(Path(files[0]), Path(files[1]), given_cut=False)
