"""Whether this is a copy for everybody."""

import os

from mhattn_core.text.reading.limits import HOSTED, Limits


def hosted() -> bool:
    """Whether this is a copy for everybody, where no free model names and no local folders are taken."""
    return os.environ.get("MHATTN_HOSTED") == "1"


def limits() -> Limits:
    """How large a file this copy takes."""
    return HOSTED if hosted() else Limits()
