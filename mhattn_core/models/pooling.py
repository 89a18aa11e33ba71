"""How a sentence becomes one vector, as a folder of sentence-transformers says it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

Pooling = Literal["mean", "cls", "last"]
"""Over all real tokens, the first of them, or the last."""
MODULES = "modules.json"
_FLAGS: Mapping[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last",
}


def transformer_folder(folder: Path) -> Path:
    """Where the transformer lies that a folder of sentence-transformers is built on; any other folder as it is."""
    if (folder / "config.json").is_file():
        return folder
    inside = (folder / str(path) for path in _paths(folder, "Transformer"))
    return next((one for one in inside if (one / "config.json").is_file()), folder)


def pooling_of(folder: Path) -> Pooling:
    """What the folder's own pooling is: of a folder of sentence-transformers, or of the transformer inside it.

    The mean where nothing is said, and for poolings of other kinds (the largest, weighted means).
    """
    for around in (folder, folder.parent):
        for path in _paths(around, "Pooling"):
            told = _read(around / str(path) / "config.json")
            if isinstance(told, dict):
                said = [pooling for flag, pooling in _FLAGS.items() if told.get(flag)]
                said += [pooling for pooling in get_args(Pooling) if told.get("pooling_mode") == pooling]
                return said[0] if len(said) == 1 else "mean"
    return "mean"


def _paths(folder: Path, kind: str) -> Sequence[str]:
    """The paths of the modules of this kind; those that lead out of the folder are none."""
    modules = _read(folder / MODULES)
    found = [one for one in modules if isinstance(one, dict)] if isinstance(modules, list) else []
    paths = [str(one.get("path", "")) for one in found if str(one.get("type", "")).endswith(f".{kind}")]
    return [path for path in paths if ".." not in Path(path).parts and not Path(path).is_absolute()]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
