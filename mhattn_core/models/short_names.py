"""Short names of models for people: of a folder its last name, of a Hub id what stands behind the slash."""

import re
from collections.abc import Iterable

from mhattn_core.models.adapter_names import PLUS, split_adapter
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name

_PART = re.compile(r"[/\\]+")
_PATH = re.compile(r"[./~\\]")


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Full name → short name of each trained model whose name has several parts: the fewest last parts that none of the
    others ends with, and that is no name of the catalogue. A random control is called by its model's, with its suffix.
    """
    parts = {name: _parts(name) for name in map(trained_name, names)}
    short = {name: _shortest(name, parts) for name in parts}
    return {name: called for name, called in short.items() if called != name}


def _parts(name: str) -> list[str]:
    """The parts of a path, or of a Hub id, whose revision stays with its last; an adapter's behind its base's last."""
    base, adapter = split_adapter(name)
    if adapter:
        *before, last = _parts(adapter)
        return [*before, f"{_parts(base)[-1]}{PLUS}{last}"]
    repository, at, revision = ("", "", "") if _PATH.match(name) else name.partition("@")
    parts = [part for part in _PART.split(repository or name) if part]
    return [*parts[:-1], parts[-1] + at + revision] if parts else [name]


def _shortest(name: str, parts: dict[str, list[str]]) -> str:
    own = parts[name]
    taken = {*entries(), *(other for other in parts if other != name)}
    for length in range(1, len(own)):
        last = own[-length:]
        shown = "/".join(last)
        if shown not in taken and not any(
            other != name and theirs[-length:] == last for other, theirs in parts.items()
        ):
            return shown
    return name
