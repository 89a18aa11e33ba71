"""How much memory the models may take together."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
CGROUP_USED = Path("/sys/fs/cgroup/memory.current")


def budget() -> int:
    """Bytes that resident models may take: ``MHATTN_MODEL_BYTES``, else half of what was free when first asked."""
    given = os.environ.get("MHATTN_MODEL_BYTES")
    return int(given) if given else _half_of_free()


def free() -> int:
    """Bytes that this process can still have."""
    available = psutil.virtual_memory().available
    with suppress(OSError, ValueError):
        # In a container the machine's memory is not ours.
        available = min(available, int(CGROUP_LIMIT.read_text()) - int(CGROUP_USED.read_text()))
    return max(available, 0)


@cache
def _half_of_free() -> int:
    return free() // 2


def readable(size: float) -> str:
    """A number of bytes for people: ``91 MB``, ``2.5 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
