"""Pickled weights to safetensors, in a new folder, without running what a pickle may carry."""

import json
import shutil
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors.torch import save_file
from torch import Tensor

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.cache import written_beside

PICKLES, PICKLED_ADAPTER = "pytorch_model*.bin", "adapter_model.bin"
# Weights in other formats, programs and hidden files are not taken along.
TAKEN_ALONG = {".json", ".txt", ".model", ".jinja", ".spm", ".md", ".codes", ".tiktoken"}


def convert(folder: Path, out: Path | None = None) -> Path:
    """Write a copy of a model folder whose ``pytorch_model*.bin`` are safetensors, and return it.

    out: the new folder, which must not exist yet; by default ``folder`` with ``-safetensors`` behind its name.
    Weights are read with ``weights_only``: tensors, and nothing that a pickle could run. Values do not change.
    Raises Problem when there are no such weights, when they hold more than tensors, or when ``out`` exists.
    """
    out = out or folder.with_name(folder.resolve().name + "-safetensors")
    pickles = sorted([*folder.glob(PICKLES), *folder.glob(PICKLED_ADAPTER)])
    if not pickles:
        raise Problem(
            _("There is no pytorch_model.bin in “{folder}”.").format(folder=folder),
            _("Name the folder that holds the pickled weights beside config.json."),
        )
    if out.exists():
        raise Problem(
            _("“{folder}” exists already.").format(folder=out),
            _("Name another folder with --out."),
            _("Nothing was written over."),
        )
    with written_beside(out) as beside:
        for path in pickles:
            save_file(_tensors(path), beside / _renamed(path.name), metadata={"format": "pt"})
        index = folder / "pytorch_model.bin.index.json"
        if index.is_file():
            _write_index(index, beside)
        for path in folder.iterdir():
            if path.is_file() and path.suffix in TAKEN_ALONG and path != index:
                shutil.copy(path, beside / path.name)
    return out


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise Problem(
            _("“{file}” holds more than weights, or is damaged; it was not run.").format(file=path.name),
            _("Get the model as safetensors from its authors."),
            _("Nothing was written."),
        ) from error
    state = state.get("state_dict", state)
    # Copies, since safetensors takes no two tensors that share memory (tied weights do).
    return {name: value.detach().clone().contiguous() for name, value in state.items() if isinstance(value, Tensor)}


def _renamed(name: str) -> str:
    return name.replace("pytorch_model", "model").removesuffix(".bin") + ".safetensors"


def _write_index(index: Path, beside: Path) -> None:
    content = json.loads(index.read_text(encoding="utf-8"))
    content["weight_map"] = {name: _renamed(file) for name, file in content["weight_map"].items()}
    (beside / "model.safetensors.index.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
