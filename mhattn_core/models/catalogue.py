"""The models that go by a short name."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pandas as pd

from mhattn_core.models.cache import cache_folder
from mhattn_core.models.hub_cache import cached

BUNDLED = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class CatalogueEntry:
    """One model of the catalogue. Which of the last fields it has says where it comes from; see catalogue.toml."""

    name: str
    title: str
    family: str
    layers: int
    heads: int
    size_mb: int
    languages: tuple[str, ...]
    licence: str
    gated: bool
    wheel: str = ""
    folder: str = ""
    gguf: str = ""
    sha256: str = ""
    bundled: str = ""
    hub: str = ""
    revision: str | None = None

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        if self.hub:
            return f"Hub {self.hub}"
        if self.bundled:
            return "package"
        return f"wheel {self.wheel}"

    def path(self) -> Path | None:
        """Where the model lies on this machine; None if it is not here. A wheel's package is never run."""
        if self.hub:
            return cached(self.hub, self.revision)
        path = self._folder()
        return path if path is not None and path.is_dir() else None

    def _folder(self) -> Path | None:
        if self.bundled:
            return BUNDLED / self.bundled
        if self.gguf:
            return converted_folder(self.sha256)
        try:
            return Path(str(distribution(self.wheel).locate_file(self.folder)))
        except PackageNotFoundError:
            return None


def converted_folder(sha256: str) -> Path:
    """Where the safetensors made from the GGUF file with this SHA-256 lie, or will lie."""
    return cache_folder() / f"gguf-{sha256[:16]}"


@cache
def entries() -> dict[str, CatalogueEntry]:
    """What ``catalogue.toml`` lists, by name, in its order."""
    rows = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
    return {
        name: CatalogueEntry(name=name, **row | {"languages": tuple(row["languages"])}) for name, row in rows.items()
    }


def offered() -> list[str]:
    """Names to offer at once: the models that are on this machine, and those that ``fetch`` can bring."""
    return [name for name, entry in entries().items() if entry.gguf or entry.path() is not None]


def present() -> list[str]:
    """Names of the models that can be loaded without a network."""
    return [name for name, entry in entries().items() if entry.path() is not None]


def catalogue() -> pd.DataFrame:
    """One row a model: name, family, layers, heads, size (MB to download), languages, licence, gated, source,
    present.
    """
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
            "source": entry.source,
            "present": entry.path() is not None,
        }
        for entry in entries().values()
    )
