"""Telling a fault of ours from one of a model, its files or a library."""

import sys
import traceback

PACKAGE = __name__.partition(".")[0]
_BELOW = {*sys.stdlib_module_names, "torch", "numpy"}
"""What both we and others call: who called it is told by the frame above."""


def own_fault(error: Exception) -> str:
    """Where in this package an exception came from, ``module:line``; empty where a library, or a file that could not be
    read, is behind it.
    """
    if isinstance(error, OSError | MemoryError | UnicodeError | ImportError) or _package(
        type(error).__module__
    ) not in {"builtins", PACKAGE}:
        return ""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        module = str(frame.f_globals.get("__name__", ""))
        if _package(module) not in _BELOW:
            return f"{module}:{line}" if _package(module) == PACKAGE else ""
    return ""


def _package(module: str) -> str:
    return module.partition(".")[0]
