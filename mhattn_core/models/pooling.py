"""How a sentence becomes one vector, as a folder of sentence-transformers says it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from safetensors.torch import load_file
from torch import nn

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model_problems import stands

Pooling = Literal["cls", "max", "mean", "mean_sqrt_len", "weightedmean", "last"]
"""The first real token, the largest of each dimension, the mean, the sum over the root of their number, the mean with
the weight of a token's place, or the last; of several, their vectors one behind the other, in this order.
"""
MODULES = "modules.json"
MEAN: tuple[Pooling, ...] = ("mean",)
_FLAG: Mapping[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "last",
}
_ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "torch.nn.modules.linear.Identity": nn.Identity,
    **{
        f"torch.nn.modules.activation.{kind.__name__}": kind
        for kind in (nn.Tanh, nn.ReLU, nn.GELU, nn.SiLU, nn.Sigmoid)
    },
}
_WITHOUT_EFFECT = ("Transformer", "Pooling", "Dropout")


def transformer_folder(folder: Path) -> Path:
    """Where the transformer lies that a folder of sentence-transformers is built on; any other folder as it is."""
    if (folder / "config.json").is_file():
        return folder
    inside = (folder / path for kind, path in _modules(folder) if kind == "Transformer")
    return next((one for one in inside if (one / "config.json").is_file()), folder)


def pooling_of(name: str, folder: Path) -> tuple[tuple[Pooling, ...], nn.Module]:
    """A folder's own pooling, and the layers behind it: of a folder of sentence-transformers, or of the transformer
    inside it. The mean, and none, where nothing is said.

    Raises Problem for a pooling or a layer of another kind, and for layers that are there as a pickle alone.
    """
    around = next((one for one in (folder, folder.parent) if (one / MODULES).is_file()), folder)
    modules = _modules(around)
    said = next((_read(around / path / "config.json") for kind, path in modules if kind == "Pooling"), None)
    behind = [_layer(name, kind, around / path) for kind, path in modules if kind not in _WITHOUT_EFFECT]
    return _modes(name, said) if isinstance(said, dict) else MEAN, nn.Sequential(*behind).eval().requires_grad_(False)


def _modes(name: str, said: Mapping[str, Any]) -> tuple[Pooling, ...]:
    flags = [flag for flag, on in said.items() if flag.startswith("pooling_mode_") and on]
    stated = said.get("pooling_mode") or []
    stated = stated.split("+") if isinstance(stated, str) else stated
    asked = [_FLAG.get(flag, flag) for flag in flags] or [_FLAG.get(f"pooling_mode_{mode}", mode) for mode in stated]
    asked = ["last" if mode == "lasttoken" else str(mode) for mode in asked]
    if unknown := [mode for mode in asked if mode not in get_args(Pooling)]:
        raise _unknown(name, unknown[0])
    return tuple(mode for mode in get_args(Pooling) if mode in asked) or MEAN


def _layer(name: str, kind: str, folder: Path) -> nn.Module:
    said = _read(folder / "config.json") or {}
    if kind == "Normalize":
        return Normalised()
    if kind != "Dense" or said.get("activation_function", "torch.nn.modules.activation.Tanh") not in _ACTIVATIONS:
        raise _unknown(name, f"{kind} {said.get('activation_function', '')}".strip())
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise Problem(
            _("The layer {layer} of “{name}” is only there as a pickle, which could run code.").format(
                layer=folder.name, name=name
            ),
            _("Save the model again with a newer sentence-transformers, which writes safetensors."),
            stands(),
        )
    layer = nn.Linear(said["in_features"], said["out_features"], bias=said.get("bias", True))
    layer.load_state_dict({key.removeprefix("linear."): tensor for key, tensor in load_file(weights).items()})
    return nn.Sequential(layer, _ACTIVATIONS[said.get("activation_function", "torch.nn.modules.activation.Tanh")]())


class Normalised(nn.Module):
    """Each vector at length one."""

    def forward(self, vectors: Any) -> Any:
        return nn.functional.normalize(vectors, dim=-1)


def _unknown(name: str, what: str) -> Problem:
    return Problem(
        _("“{name}” makes its sentence vectors by “{what}”, which is not known here.").format(name=name, what=what),
        _("Choose another model, or load the transformer inside it from a folder without modules.json."),
        stands(),
    )


def _modules(folder: Path) -> Sequence[tuple[str, str]]:
    """Kind and path of each module, in order; those that lead out of the folder are none."""
    modules = _read(folder / MODULES)
    listed = [one for one in modules if isinstance(one, dict)] if isinstance(modules, list) else []
    found = [(str(one.get("type", "")).rpartition(".")[2], str(one.get("path", ""))) for one in listed]
    return [(kind, path) for kind, path in found if ".." not in Path(path).parts and not Path(path).is_absolute()]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
