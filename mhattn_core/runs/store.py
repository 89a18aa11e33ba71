"""Where the dashboard keeps runs: the ones that ship, and the ones made here."""

import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.cache import cache_folder
from mhattn_core.models.precision import FLOAT32
from mhattn_core.runs.files import write_json, written
from mhattn_core.runs.manifest import FILE as MANIFEST
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.run import ABOUT, SHIPPED, Run
from mhattn_core.runs.saved_inputs import write_given
from mhattn_core.text.reading import Upload

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
KEPT_WHEN_HOSTED = timedelta(hours=24)


@dataclass(frozen=True)
class About:
    """What a person calls a run, and where its pairs come from; its id hangs on none of it.

    made: UTC, as ISO 8601. pairing: what the two sentences of a pair are: ``neighbours`` in a document, ``written`` for
    the project,
    ``templates`` of the project, ``translated`` by the model itself, or ``single``, one alone; empty where a person
    brought them. dtype: of the weights.
    """

    name: str
    made: str
    models: tuple[str, ...]
    measures: tuple[str, ...]
    pairs: int
    pairing: str = ""
    source: str = ""
    licence: str = ""
    dtype: str = FLOAT32


@dataclass(frozen=True)
class Saved:
    """A run in the store, finished or not. ``key`` is its folder's name, and cannot be guessed for a run made here."""

    key: str
    folder: Path
    about: About
    finished: bool
    shipped: bool = False

    def open(self) -> Run:
        """Raises Problem when it is not finished."""
        return Run.open(self.folder)

    def has(self, table: str) -> bool:
        """Whether it is finished, and measured a table."""
        return self.finished and (self.folder / f"{table}.parquet").is_file()


def runs_folder() -> Path:
    """``MHATTN_RUNS``, else ``runs`` in the cache. It need not exist yet."""
    return Path(os.environ.get("MHATTN_RUNS") or cache_folder() / "runs").expanduser()


def shipped() -> list[Saved]:
    """The runs that come with the package, those of most pairs first."""
    return sorted(_found(SHIPPED), key=lambda run: (-run.about.pairs, run.key))


def saved() -> list[Saved]:
    """The runs that were made here, the newest first."""
    return sorted(_found(runs_folder()), key=lambda run: run.about.made, reverse=True)


def get(key: str) -> Saved | None:
    """The run with this key, None where there is none. A key that is no plain name finds nothing."""
    if not KEY.fullmatch(key):
        return None
    return _read(SHIPPED / key) or _read(runs_folder() / key)


def create(
    name: str, models: tuple[str, ...], measures: tuple[str, ...], upload: Upload, dtype: str = FLOAT32
) -> Saved:
    """A new run, with its pairs beside it until it is finished. Raises Problem when the folder cannot be written."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    about = About(name, made, models, measures, len(upload.pairs), dtype=dtype)
    if upload.origin:
        about = replace(about, source=upload.origin.address, licence=upload.origin.licence)
    key = uuid4().hex
    folder = runs_folder() / key
    # In this order: a folder without a date would never expire.
    write_about(folder, about)
    write_given(folder, upload)
    return Saved(key, folder, about, finished=False)


def adopt(folder: Path, source: str) -> Saved:
    """A finished run of elsewhere, copied: it is listed and deleted as one that was made here. source: where it came
    from. Raises Problem when the folder cannot be written.
    """
    theirs = _read(folder)
    if theirs is None or not theirs.finished:
        raise Problem(_("There is no finished run in “{folder}”.").format(folder=source), _("Choose another."))
    key = uuid4().hex
    target = runs_folder() / key
    # Its date says when it expires, so it is that of the copy.
    about = replace(theirs.about, made=datetime.now(UTC).isoformat(timespec="seconds"))
    about = replace(about, source=about.source or source)
    write_about(target, about)
    for path in sorted(folder.glob("*.parquet")):
        with written(target / path.name) as beside:
            shutil.copyfile(path, beside)
    with written(target / MANIFEST) as beside:  # last: it says that all is there
        shutil.copyfile(folder / MANIFEST, beside)
    return Saved(key, target, about, finished=True)


def brought(address: str) -> Saved:
    """A run that is on the Hub (see ``from_hub.bring``), copied. Raises Problem."""
    from mhattn_core.runs.from_hub import bring  # the Hub's library is imported when it is asked for

    return adopt(bring(address), address)


def write_about(folder: Path, about: About) -> None:
    """Raises Problem when the folder cannot be written."""
    write_json(folder / ABOUT, asdict(about))


def delete(key: str) -> None:
    """Remove a run that was made here, with everything in its folder; one that ships, or is not there, stays as it
    is.
    """
    if KEY.fullmatch(key):
        shutil.rmtree(runs_folder() / key, ignore_errors=True)


def expire(now: datetime, at_work: Collection[str] = ()) -> None:
    """Delete what a shared copy no longer keeps: runs that are older than a day, save those that somebody still waits
    for.
    """
    for run in saved():
        if run.key not in at_work and now - datetime.fromisoformat(run.about.made) > KEPT_WHEN_HOSTED:
            delete(run.key)


def _found(folder: Path) -> Iterator[Saved]:
    if folder.is_dir():
        yield from filter(None, (_read(path) for path in folder.iterdir() if KEY.fullmatch(path.name)))


def _read(folder: Path) -> Saved | None:
    """A damaged run is passed over: it must not take the list with it."""
    try:
        manifest = Manifest.read(folder)
        about = _about(folder, manifest)
    except (Problem, OSError, ValueError, TypeError):
        return None
    return (
        None
        if about is None
        else Saved(folder.name, folder, about, bool(manifest and manifest.finished), folder.parent == SHIPPED)
    )


def _about(folder: Path, manifest: Manifest | None) -> About | None:
    """From its file; for a run of the command line, from its manifest."""
    path = folder / ABOUT
    if path.exists():
        told = json.loads(path.read_text(encoding="utf-8"))
        return About(**told | {"models": tuple(told["models"]), "measures": tuple(told["measures"])})
    if manifest is None:
        return None
    made = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime, UTC).isoformat(timespec="seconds")
    return About(
        folder.name,
        made,
        tuple(name for name, _revision in manifest.models),
        manifest.measures,
        manifest.pairs,
        source=manifest.dataset,
        licence=manifest.licence,
    )
