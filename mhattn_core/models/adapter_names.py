"""Names of adapted models: ``BASE+ADAPTER``."""

from pathlib import Path

PLUS = "+"


def split_adapter(name: str) -> tuple[str, str]:
    """The name of the base, and that of the adapter on it; empty for a model without one.

    A folder may have a plus sign in its name: one that is there as it is written is a model of its own.
    """
    base, plus, adapter = name.rpartition(PLUS)
    if not plus or not base or not adapter or (_is_path(name) and Path(name).expanduser().exists()):
        return name, ""
    return base, adapter


def _is_path(name: str) -> bool:
    return name.startswith((".", "~", "/", "\\")) or Path(name).is_absolute()
