"""Checkpoints of one training: names that stand for many, and which step each of them is of."""

import re
from collections.abc import Iterable, Sequence
from glob import glob, has_magic
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.models.control_names import is_control

MOST = 60
"""Checkpoints of one training in a run; they are loaded one after another, and freed."""
_REVISIONS = re.compile(r"(?P<name>[^{}]+)@\{(?P<revisions>[^{}]+)\}")
# What people call a step: checkpoint-500, step1000, stage1-step2000-tokens9B, global_step_300, iter_40.
_STEP = re.compile(r"(?:^|[-_./])(?:global[-_]?step|step|checkpoint|ckpt|iter(?:ation)?)[-_]?(?P<step>\d+)")
_INSIDE = "checkpoint-*"


class Checkpoint(NamedTuple):
    """series: what all checkpoints of one training have in common: the repository, or the folder that they lie in."""

    name: str
    series: str
    step: int


def expand(names: Iterable[str]) -> list[str]:
    """Names with those that stand for many written out, each once: ``NAME@{step1,step1000}``, a pattern of folders such
    as ``./runs/*/checkpoint-*``, and a folder that holds ``checkpoint-*`` and no model of its own; by step.

    Raises Problem for a pattern that no folder has, and for more than ``MOST`` checkpoints.
    """
    return list(dict.fromkeys(one for name in names for one in _expanded(name)))


def _expanded(name: str) -> list[str]:
    if matched := _REVISIONS.fullmatch(name):
        revisions = [revision.strip() for revision in matched["revisions"].split(",")]
        return _few(name, [f"{matched['name']}@{revision}" for revision in revisions if revision])
    if hosted() or (not name.startswith((".", "~", "/")) and not Path(name).is_absolute()):
        return [name]
    path = Path(name).expanduser()
    if path.is_dir():
        inside = [str(one) for one in path.glob(_INSIDE) if one.is_dir()]
        return _few(name, inside) if inside and not (path / "config.json").is_file() else [name]
    if not has_magic(name):
        return [name]
    found = [one for one in glob(str(path)) if Path(one).is_dir()]
    if not found:
        raise Problem(
            _("There is no folder like “{name}”.").format(name=name),
            _("Write a pattern that folders of checkpoints have, such as ./runs/mine/checkpoint-*"),
        )
    return _few(name, found)


def _few(name: str, found: Sequence[str]) -> list[str]:
    if len(found) > MOST:
        raise Problem(
            _("“{name}” stands for {number} checkpoints; a run takes {most}.").format(
                name=name, number=len(found), most=MOST
            ),
            _("Name fewer, such as those at steps that double: a training changes most at its beginning."),
        )
    return sorted(found, key=lambda one: (step_of(one) is None, step_of(one) or 0, one))


def step_of(name: str) -> int | None:
    """The step that the revision, or the last part of a path, names; None where it names none."""
    last = name.rpartition("@")[2] if "@" in name else name.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    found = _STEP.search(last)
    return int(found["step"]) if found else None


def checkpoints(names: Iterable[str]) -> list[Checkpoint]:
    """Those of the names that are checkpoints of a training of which there are two or more, series by series and step
    by step; random controls are none.
    """
    known = []
    for name in names:
        step = None if is_control(name) else step_of(name)
        if step is not None:
            series = name.rpartition("@")[0] if "@" in name else name.rstrip("/\\").rpartition("/")[0]
            known.append(Checkpoint(name, series, step))
    known.sort(key=lambda one: (one.series, one.step))
    several = (list(of) for _series, of in groupby(known, key=lambda one: one.series))
    return [one for of in several if len(of) > 1 for one in of]
