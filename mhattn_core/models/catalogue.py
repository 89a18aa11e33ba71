"""The models that go by a short name."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Entry:
    """One model of the catalogue; it comes in a wheel whose ``folder`` holds an ordinary model directory."""

    name: str
    title: str
    family: str
    layers: int
    heads: int
    size_mb: int
    languages: tuple[str, ...]
    licence: str
    gated: bool
    wheel: str
    folder: str
    sha256: str

    def path(self) -> Path | None:
        """Where the model lies on this machine; None if its wheel is not installed. The package is never run."""
        try:
            path = Path(str(distribution(self.wheel).locate_file(self.folder)))
        except PackageNotFoundError:
            return None
        return path if path.is_dir() else None


@cache
def entries() -> dict[str, Entry]:
    """The catalogue by name."""
    rows = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
    return {name: Entry(name=name, **row | {"languages": tuple(row["languages"])}) for name, row in rows.items()}


def catalogue() -> pd.DataFrame:
    """One row a model: name, family, layers, heads, size (MB), languages, licence, gated, source, present."""
    return pd.DataFrame(
        {
            "name": entry.name,
            "family": entry.family,
            "layers": entry.layers,
            "heads": entry.heads,
            "size": entry.size_mb,
            "languages": " ".join(entry.languages),
            "licence": entry.licence,
            "gated": entry.gated,
            "source": entry.wheel,
            "present": entry.path() is not None,
        }
        for entry in entries().values()
    )
