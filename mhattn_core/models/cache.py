"""The folder for what is made once on this machine: converted weights."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """``MHATTN_CACHE``, else ``~/.cache/mhattn``. It need not exist yet."""
    return Path(os.environ.get("MHATTN_CACHE") or "~/.cache/mhattn").expanduser()


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A new folder to write into; it takes its place as ``target`` when the block ends well, and is gone otherwise.

    If ``target`` has come to exist meanwhile (another process was faster), that one stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield beside
        beside.chmod(0o755)
        try:
            beside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
