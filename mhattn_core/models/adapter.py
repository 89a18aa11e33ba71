"""Adapters: what a few small matrices add to the weights of a base model.

Low-rank adaptation: W + s·BA, s = α/r (Hu et al. 2022, section 4.1) or α/√r (rank-stabilised, Kalajdzievski 2023);
weight-decomposed (DoRA, Liu et al. 2024, equation 5): m (W + s·BA) / ‖W + s·BA‖ by rows. Read from the files that peft
writes, and added here, so that the network is again one of its family.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.models.digest import file_digest
from mhattn_core.models.model_problems import damaged, only_pickles, stands

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PREFIX = "base_model.model."
_PARTS = re.compile(r"\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B|lora_magnitude_vector)(\.weight)?$")
# What changes how the matrices are added, in ways that are not computed here.
_OTHER_WAYS = (
    "use_qalora",
    "lora_bias",
    "layer_replication",
    "target_parameters",
    "trainable_token_indices",
    "alora_invocation_tokens",
    "arrow_config",
    "use_bdlora",
    "velora_config",
    "monteclora_config",
)


@dataclass(frozen=True)
class Adapter:
    """The files of one adapter. ``name``: as it was written; ``revision``: names its weights."""

    name: str
    folder: Path
    config: Mapping[str, Any]

    @property
    def base(self) -> str:
        """The model that it was trained on, as its config names it; empty where it does not."""
        return str(self.config.get("base_model_name_or_path") or "")

    @property
    def revision(self) -> str:
        return file_digest(self.folder / WEIGHTS)[:12]


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter and no model of its own."""
    return (folder / CONFIG).is_file() and not (folder / "config.json").is_file()


def read_adapter(name: str, folder: Path) -> Adapter:
    """Raises Problem for what is no adapter, one of another method than low-rank adaptation, and one in a pickle."""
    if not (folder / CONFIG).is_file():
        raise Problem(
            _("“{name}” is no adapter: it has no {file}.").format(name=name, file=CONFIG),
            _("Name what stands behind the plus sign by the folder or Hub id of an adapter, as peft saves it."),
            stands(),
        )
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        method = str(config.get("peft_type"))
    except (OSError, ValueError, AttributeError) as error:
        raise damaged(name, CONFIG) from error
    if method != "LORA":
        raise _refused(name, _("its method is {method}").format(method=method))
    if others := [way for way in _OTHER_WAYS if config.get(way)]:
        raise _refused(name, _("it uses {settings}").format(settings=listed(others)))
    if not (folder / WEIGHTS).is_file():
        if any(folder.glob("adapter_model*.bin")):
            raise only_pickles(name)
        raise Problem(
            _("“{name}” holds no weights as safetensors.").format(name=name),
            _("Save it again with peft, which writes {file}.").format(file=WEIGHTS),
            stands(),
        )
    return Adapter(name, folder, config)


@torch.no_grad()
def add_adapter(network: PreTrainedModel, adapter: Adapter) -> None:
    """Add what the adapter holds to the weights of ``network``, in place.

    A head that it brings for another task (a classifier), which the network does not have, is left out.
    Raises Problem for weights that have no place in the network, or another size, and for methods not computed here.
    """
    try:
        held = load_file(adapter.folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise damaged(adapter.name, WEIGHTS) from error
    parts: dict[str, dict[str, Tensor]] = {}
    whole: dict[str, Tensor] = {}
    for key, tensor in held.items():
        name = key.removeprefix(_PREFIX)
        if matched := _PARTS.search(name):
            parts.setdefault(name[: matched.start()], {})[matched[1]] = tensor.float()
        else:
            whole[name.replace(".base_layer.", ".").replace(".modules_to_save.", ".")] = tensor
    for path, matrices in parts.items():
        _add(adapter, network, path, matrices)
    for name, tensor in whole.items():
        _replace(adapter, network, name, tensor)


def _add(adapter: Adapter, network: PreTrainedModel, path: str, parts: Mapping[str, Tensor]) -> None:
    module = _module(network, path)
    if module is None:
        raise _misplaced(adapter, network, path)
    if not isinstance(module, nn.Linear | Conv1D | nn.Embedding) or not module.weight.is_floating_point():
        raise _refused(adapter.name, _("it adds to {path}, a {kind}").format(path=path, kind=type(module).__name__))
    weight: Tensor = module.weight
    if sum(one is weight for one in dict(network.named_parameters(remove_duplicate=False)).values()) > 1:
        raise _refused(adapter.name, _("it adds to {path}, whose weights another layer shares").format(path=path))
    of_embedding = isinstance(module, nn.Embedding)
    a, b = (parts.get(f"lora_embedding_{one}" if of_embedding else f"lora_{one}") for one in "AB")
    if a is None or b is None:
        raise damaged(adapter.name, WEIGHTS)
    delta = _scale(adapter.config, path, a.shape[0]) * (b @ a)
    turned = of_embedding or isinstance(module, Conv1D)
    delta = delta.T if turned else delta
    if delta.shape != weight.shape:
        raise _misplaced(adapter, network, path)
    merged = weight.float() + delta.to(weight.device)
    if "lora_magnitude_vector" in parts:
        if of_embedding:
            raise _refused(adapter.name, _("it uses {settings}").format(settings="DoRA, " + path))
        rows = 0 if turned else 1
        magnitude = parts["lora_magnitude_vector"].to(weight.device).flatten()
        length = merged.norm(dim=rows)
        merged = merged * (magnitude / length).unsqueeze(rows)
    weight.copy_(merged)


def _scale(config: Mapping[str, Any], path: str, rank: int) -> float:
    """α/r, or α/√r; a pattern of paths may give a layer an α of its own. rank: of the matrices themselves."""
    alpha = next(
        (
            value
            for pattern, value in (config.get("alpha_pattern") or {}).items()
            if re.match(rf"(.*\.)?({pattern})$", path)
        ),
        config.get("lora_alpha", rank),
    )
    return float(alpha) / (rank**0.5 if config.get("use_rslora") else rank)


def _replace(adapter: Adapter, network: PreTrainedModel, name: str, tensor: Tensor) -> None:
    """Weights that were trained as they are: biases, and modules that peft saves whole."""
    path, _dot, last = name.rpartition(".")
    module = _module(network, path)
    own = getattr(module, last, None)
    if isinstance(own, Tensor) and own.shape == tensor.shape:
        own.copy_(tensor)
        return
    saved = adapter.config.get("modules_to_save") or ()
    of_a_head = module is None and set(path.split(".")) & {*saved, "classifier", "score"}
    if not of_a_head:
        raise _misplaced(adapter, network, name)


def _module(network: PreTrainedModel, path: str) -> nn.Module | None:
    """The module at a path, whether or not it counts from the base model; None where there is none."""
    base = f"{network.base_model_prefix}."
    for candidate in (path, path.removeprefix(base), base + path):
        try:
            return network.get_submodule(candidate)
        except AttributeError:
            continue
    return None


def _refused(name: str, reason: str) -> Problem:
    return Problem(
        _("The adapter “{name}” cannot be added: {reason}.").format(name=name, reason=reason),
        _(
            "Low-rank adapters (LoRA, rank-stabilised or with DoRA) of linear layers and embeddings can be. Merge it "
            "into the weights with peft (merge_and_unload), and save the whole model."
        ),
        stands(),
    )


def _misplaced(adapter: Adapter, network: PreTrainedModel, path: str) -> Problem:
    return Problem(
        _("The adapter “{name}” does not fit this base model ({kind}): {path} has no place in it.").format(
            name=adapter.name, kind=type(network).__name__, path=path
        ),
        _("It was trained on “{base}”: write {base}{plus}ADAPTER.").format(base=adapter.base, plus="+")
        if adapter.base
        else _("Name the model that it was trained on in front of the plus sign."),
        stands(),
    )
