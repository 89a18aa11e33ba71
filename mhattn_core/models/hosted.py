"""Whether this is a copy for everybody."""

import os


def hosted() -> bool:
    """Whether this is a copy for everybody, where no free model names and no local folders are taken."""
    return os.environ.get("MHATTN_HOSTED") == "1"
