"""Keeping freed memory at hand during long work."""

import ctypes
import sys
from functools import cache

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 128 * 2**20
LARGEST_BYTES = 32 * 2**20


@cache
def keep_freed_pages() -> None:
    """Let glibc keep up to 128 MiB of freed memory for the rest of this process; elsewhere nothing happens.

    Watching allocates and frees megabytes at each layer. By default their pages go back to the system each time and
    come back one fault at a time, which costs more than what is computed in them.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGEST_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
