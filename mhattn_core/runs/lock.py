"""One process at a time works on a run folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.runs.files import cannot_write


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder. The system lets go of the lock with the process, however it ends, so no lock is ever stale.

    Raises Problem when another process or thread holds it, naming the process, and when the folder cannot be written.
    """
    owner = folder / ".owner"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", thread_local=False)
        lock.acquire(timeout=0)
        owner.write_text(str(os.getpid()), encoding="utf-8")
    except Timeout as error:
        raise Problem(
            _("Another process works on “{folder}” (process {pid}).").format(folder=folder, pid=_read(owner)),
            _("Wait until it is done, or stop it, or choose another folder."),
        ) from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def _read(owner: Path) -> str:
    return owner.read_text(encoding="utf-8") if owner.exists() else "?"
