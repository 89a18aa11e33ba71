"""The weights of a folder by their files' headers: which files, which names and which shapes, before anything is
loaded.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open
from transformers.utils import SAFE_WEIGHTS_INDEX_NAME, SAFE_WEIGHTS_NAME

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.convert import PICKLES
from mhattn_core.models.model_problems import damaged, only_pickles, stands

Shapes = Mapping[str, tuple[int, ...]]


def weight_files(name: str, folder: Path) -> list[Path]:
    """The safetensors that transformers loads: the whole file, else the parts that its index names.

    What else lies there holds the same weights again, as Mistral's ``consolidated.safetensors`` does, or other ones.
    Raises Problem when there are none, or when the index names files that are not there.
    """
    if (folder / SAFE_WEIGHTS_NAME).is_file():
        return [folder / SAFE_WEIGHTS_NAME]
    index = folder / SAFE_WEIGHTS_INDEX_NAME
    if index.is_file():
        try:
            parts = sorted(
                {Path(part).name for part in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(name, index.name) from error
        return [folder / part for part in parts]
    if any(folder.glob(PICKLES)):
        raise only_pickles(name)
    raise Problem(
        _("“{name}” holds no weights as safetensors.").format(name=name),
        _("Choose a model that does; the page of the model lists its files."),
        stands(),
    )


def shapes(name: str, files: Sequence[Path]) -> Shapes:
    """The shape of every weight of these files. Raises Problem when one is damaged or missing."""
    held: dict[str, tuple[int, ...]] = {}
    for file in files:
        try:
            with safe_open(file, "pt") as weights:
                held |= {key: tuple(weights.get_slice(key).get_shape()) for key in weights.keys()}  # noqa: SIM118  not a mapping
        except (SafetensorError, OSError) as error:
            raise damaged(name, file.name) from error
    return held
