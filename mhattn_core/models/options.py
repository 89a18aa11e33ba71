"""How a network is held in memory: where, how precisely, and packed or not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model_problems import stands
from mhattn_core.models.packages import missing_package
from mhattn_core.models.precision import AUTO

FLOAT32 = torch.float32
_PACKED_BYTES = 1


@dataclass(frozen=True)
class LoadOptions:
    """What ``load`` may be told beside a name."""

    device: str = "auto"
    dtype: str | torch.dtype = FLOAT32
    device_map: str | Mapping[str, Any] | None = None
    quantization_config: Any = None
    tokenizer: str | PreTrainedTokenizerBase | None = None

    @property
    def precision(self) -> torch.dtype:
        """``auto`` counts as float32 until it is known of which files. Raises Problem for what is no floating type."""
        return _floating(self.dtype)

    def of_files(self, folder: Path) -> "LoadOptions":
        """The same with the type in which the files hold the weights, as their config.json says, in place of
        ``auto``.
        """
        if self.dtype != AUTO:
            return self
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return replace(self, dtype=config.get("dtype") or config.get("torch_dtype") or FLOAT32)

    @property
    def bytes_of_weight(self) -> int:
        """What one weight takes in memory; packed ones at most."""
        return self.precision.itemsize if self.quantization_config is None else _PACKED_BYTES

    @property
    def suffix(self) -> str:
        """What is added to a revision: other numbers come of the same files. Empty for float32."""
        if self.quantization_config is not None:
            return f"+{type(self.quantization_config).__name__}"
        return "" if self.precision == FLOAT32 else f"+{str(self.precision).removeprefix('torch.')}"

    def arguments(self) -> dict[str, Any]:
        """What ``from_pretrained`` is called with."""
        given = {"device_map": self.device_map, "quantization_config": self.quantization_config}
        return {"dtype": self.precision} | {name: value for name, value in given.items() if value is not None}

    def moved(self, network: Any) -> Any:
        """The network on its device; one that was spread over several, or is packed, stays where it is."""
        if self.device_map is not None or self.quantization_config is not None:
            return network
        return network.to(_device(self.device))

    def check(self) -> None:
        """Raises Problem for no type of weights, and where the device, or the package that packs weights, is not there;
        before files are sought.
        """
        _device(self.device)
        _floating(self.dtype)
        if self.quantization_config is None:
            return
        from transformers.quantizers.auto import AutoHfQuantizer

        try:
            AutoHfQuantizer.from_config(self.quantization_config).validate_environment(device_map=self.device_map)
        except Exception as error:  # each method says in its own way what it misses
            package = missing_package(error)
            raise Problem(
                _("The weights cannot be quantised here: {reason}").format(reason=str(error).strip().split("\n")[0]),
                _("Run: pip install {wheel}").format(wheel=package) if package else _("Load it without."),
                stands(),
            ) from error


def _floating(dtype: str | torch.dtype) -> torch.dtype:
    """Raises Problem for what is no floating type."""
    if dtype == AUTO:
        return FLOAT32
    named = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
    if not isinstance(named, torch.dtype) or not named.is_floating_point:
        raise Problem(
            _("“{dtype}” is no type of weights.").format(dtype=dtype),
            _("Use float32, bfloat16, float16 or auto."),
            stands(),
        )
    return named


def _device(name: str) -> torch.device:
    """Raises Problem for one that is not here."""
    if name != "auto":
        try:
            device = torch.device(name)
        except RuntimeError as error:
            raise _no_device(name) from error
        backends = {"cuda": torch.cuda, "mps": torch.backends.mps}
        if device.type in backends and not backends[device.type].is_available():
            raise _no_device(name)
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _no_device(name: str) -> Problem:
    return Problem(
        _("Torch finds no device “{device}” on this machine.").format(device=name),
        _("Use cpu, or auto, which takes the fastest that is here."),
        stands(),
    )
