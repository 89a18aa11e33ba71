"""The tokenizer that stands beside a model's weights, or the one that was named in its place."""

from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model_problems import stands
from mhattn_core.models.packages import missing_package
from mhattn_core.models.quiet import quiet
from mhattn_core.models.sources import FILES_ALONE


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
