"""What config.json tells before transformers reads it: an architecture that is known here, and weights that can be
read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING
from transformers.quantizers.auto import AutoHfQuantizer

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model_problems import damaged, stands
from mhattn_core.models.packages import missing_package
from mhattn_core.models.quiet import first_line, quiet


def check_config(name: str, folder: Path) -> None:
    """Refuse what transformers cannot read itself, before it asks whether to run the model's own code.

    Raises Problem for a damaged file, an unknown architecture, and quantised weights that nothing here can unpack.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(name, "config.json") from error
    if not isinstance(config, dict):
        raise damaged(name, "config.json")
    _check_family(name, config)
    _check_quantisation(name, config)


def _check_family(name: str, config: Mapping[str, Any]) -> None:
    family = config.get("model_type")
    if family in CONFIG_MAPPING:
        return
    if "auto_map" in config:
        raise Problem(
            _("“{name}” works only with program code that comes with it, and such code is never run here.").format(
                name=name
            ),
            _("Choose a model whose architecture transformers knows by itself."),
            stands(),
        )
    if not family:
        raise Problem(
            _("The config.json of “{name}” has no model_type, so its architecture is not known.").format(name=name),
            _('Add it, such as "model_type": "bert", if you know it; else get config.json again.'),
            stands(),
        )
    raise Problem(
        _("“{name}” has an architecture that is not known here: “{family}”.").format(name=name, family=family),
        _(
            "Choose a model that transformers knows; sentence-transformers and ONNX folders are not models of their own."
        ),
        stands(),
    )


def quantisation(config: Mapping[str, Any]) -> Any:
    """How the weights of a config, or of its text side, are packed; None where they are not."""
    text = config.get("text_config")
    return config.get("quantization_config") or (text.get("quantization_config") if isinstance(text, dict) else None)


def _check_quantisation(name: str, config: Mapping[str, Any]) -> None:
    described = quantisation(config)
    if not described:
        return
    try:
        with quiet():
            AutoHfQuantizer.from_config(described, pre_quantized=True).validate_environment(
                device_map=None, weights_only=True
            )
    except Exception as error:  # each method says in its own way what it misses
        raise quantised(name, described, first_line(error), missing_package(error)) from error


def quantised(name: str, described: Any, reason: str, package: str) -> Problem:
    """reason: what kept the weights from being unpacked. package: the one that is missing, if any."""
    unquantised = _("Choose the repository of the same model whose weights are not quantised.")
    install = _("Run: pip install {wheel}").format(wheel=package) if package else ""
    return Problem(
        _("The weights of “{name}” are quantised ({method}), and cannot be read here: {reason}").format(
            name=name, method=_method(described), reason=reason
        ),
        " ".join(filter(None, (unquantised, install))),
        stands(),
    )


def _method(described: Any) -> str:
    if not isinstance(described, dict):
        return "?"
    # Early bitsandbytes checkpoints name no method.
    return str(described.get("quant_method") or "bitsandbytes")
