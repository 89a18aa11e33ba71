"""Whether this is a copy for everybody."""

import os
import re

FOLDERS = re.compile(r"(?<![\w/\\:.])(?:[A-Za-z]:)?[\\/](?:[^\\/\s“”\"'<>]+[\\/])+(?=[^\\/\s])")
"""Those before the last name of an absolute path, of Unix or Windows; an address of the web has two slashes."""
YES = ("1", "true", "yes", "on")


def hosted() -> bool:
    """Whether this is a copy for everybody, where no free model names and no local folders are taken: ``MHATTN_HOSTED``
    says so.
    """
    return os.environ.get("MHATTN_HOSTED", "").strip().lower() in YES


def without_folders(text: str) -> str:
    """On a copy for everybody, every absolute path by its last name alone."""
    return FOLDERS.sub("", text) if hosted() else text
