"""SHA-256 of files."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_digest(path: Path) -> str:
    """SHA-256 of one file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_digest(files: Iterable[Path]) -> str:
    """Twelve hexadecimal digits that name all these files together."""
    digests = "".join(file_digest(path) for path in files)
    return hashlib.sha256(digests.encode()).hexdigest()[:12]
