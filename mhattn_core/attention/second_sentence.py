"""What a model itself writes for the second sentence of a pair: the likeliest token each time, so always the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mhattn_core.attention.decode import PART_OF_CHARACTER, decoded
from mhattn_core.attention.languages import first_of
from mhattn_core.attention.write import write
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model

Share = Callable[[float], object]


@dataclass(frozen=True)
class Generated:
    """text: what was written, without special tokens. complete: whether the model came to an end before the limit."""

    text: str
    complete: bool


def check_writes(model: Model) -> None:
    """Raises Problem for a model that has no way of writing a second sentence."""
    network: Any = model.network
    if model.head != "language":
        raise Problem(
            _("“{name}” has no language head, so it cannot write the second sentence.").format(name=model.name),
            _("Type a second sentence and feed it in another way, or choose a causal language model or a translator."),
        )
    if "decoder" not in model.stacks or not network.can_generate():
        raise Problem(
            _("“{name}” does not write: it only reads.").format(name=model.name),
            _("Type a second sentence and feed it in another way, or choose a causal language model or a translator."),
        )


@torch.no_grad()
def generated(
    model: Model,
    inputs: Mapping[str, Tensor],
    *,
    longest: int,
    language: str = "",
    tell: Share = lambda _share: None,
) -> Generated:
    """What follows ``inputs``, a batch of one, in at most ``longest`` tokens; of an encoder–decoder, its target.

    language: that a multilingual translator is to write. tell: hears after each token which share may be done.
    Raises Problem for a model that does not write, for a text that leaves it no room, and where it writes nothing.
    """
    check_writes(model)
    cross = "cross" in model.stacks
    read = 1 if cross else inputs["input_ids"].shape[1]
    longest = int(min(longest, model.longest_target - 2 if cross else model.longest - read))
    if longest < 1:
        raise no_room(model)
    tokens = write(
        model,
        {
            **inputs,
            **first_of(model, language),
            "num_beams": 1,
            "do_sample": False,
            "max_new_tokens": longest,
            **({} if cross else _ends(model)),
        },
        lambda tokens: tell((tokens.shape[1] - read) / longest),
    )
    new = tokens[0, read:]
    # At the limit a character may be left half written.
    text = decoded(model, new).rstrip(PART_OF_CHARACTER + " \t\n")
    if not text.strip():
        raise Problem(_("“{name}” wrote nothing in answer.").format(name=model.name), _("Type a second sentence."))
    return Generated(text, len(new) < longest)


def no_room(model: Model) -> Problem:
    """A text as long as all that the model takes."""
    return Problem(
        _("This text leaves “{name}” no room to go on: it takes {longest} tokens.").format(
            name=model.name, longest=model.longest
        ),
        _("Shorten it, or choose a model that takes longer text."),
    )


def _ends(model: Model) -> dict[str, list[int]]:
    """Tokens at which a causal model's text ends: those of its own settings, and its tokenizer's; a folder may hold the
    one without the other.
    """
    network: Any = model.network
    stated = network.generation_config.eos_token_id
    ids = {*(stated if isinstance(stated, list) else [stated]), model.tokenizer.eos_token_id} - {None}
    return {"eos_token_id": sorted(ids)} if ids else {}
