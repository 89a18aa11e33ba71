"""Which package a library's exception says is missing."""

import re

# Transformers says it in these ways; the first two name the package as pip knows it.
_WORDINGS = (
    r"pip install (?:-U |--upgrade )?[`'\"]?([A-Za-z][\w.-]*)",
    r"[Yy]ou need to install ([A-Za-z][\w.-]*)",
    r"requires the ([A-Za-z][\w.-]*) library",
)


def missing_package(error: BaseException | None) -> str:
    """The package that an import failed for, or that is said to be required, looked for in the exception and in those
    that it came from; empty if none is named.
    """
    while error is not None:
        named = next((match[1] for wording in _WORDINGS if (match := re.search(wording, str(error)))), "").rstrip(".")
        if isinstance(error, ImportError):
            return (error.name or "").split(".")[0] or named
        if named:
            return named
        error = error.__cause__ or error.__context__
    return ""
