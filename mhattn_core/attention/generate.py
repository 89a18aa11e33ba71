"""What a model writes with some of its heads switched off."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, check, switch_off
from mhattn_core.attention.attend import NO_ABLATION, AttentionResult
from mhattn_core.attention.decode import decoded
from mhattn_core.attention.languages import first_of, language_of, other_language
from mhattn_core.attention.replacements import pair_replacements
from mhattn_core.attention.second_sentence import Generated, no_room
from mhattn_core.attention.write import write
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.tap.interface import Call

LONGEST = 60


@torch.no_grad()
def continued(
    seen: AttentionResult,
    ablate: Ablation = NO_ABLATION,
    *,
    longest: int = LONGEST,
    tell: Callable[[float], object] = lambda _share: None,
) -> Generated:
    """Let a model write with heads switched off at every step: a translator the translation of the first sentence, a
    causal model what follows the pair.

    Greedy, so the same every time, at most ``longest`` tokens; ``tell`` hears after each which share of them is
    written. ``mean`` is the same as in ``attend``, over the pair as ``seen`` has it; ``uniform`` is over all positions
    read so far.
    Raises Problem for a model that cannot write, for one whose attention is not computed on the tap, and as ``attend``.
    """
    model = seen.model
    check(model, ablate)
    if "decoder" not in model.stacks or model.head != "language":
        raise Problem(
            _("“{name}” does not write: it only reads.").format(name=model.name),
            _("Choose a translator or a causal language model."),
        )
    if not model.attention.gives_values:
        raise Problem(
            _(
                "“{name}” computes attention in a way of its own, and its heads cannot be switched off while it writes."
            ).format(name=model.name),
            _("Choose another model; the README lists the families."),
        )

    replacements = pair_replacements(model, seen.inputs, ablate, seen.pair)

    def watch(call: Call) -> Tensor:
        # The watcher counts on through all steps; the encoder is read once.
        call = replace(call, layer=call.layer % model.attention.layers(call.stack))
        return switch_off(call, ablate, replacements)

    inputs = {name: tensor for name, tensor in seen.inputs.items() if name != "decoder_input_ids"}
    room = model.longest_target - 2 if "cross" in model.stacks else model.longest - inputs["input_ids"].shape[1]
    longest = min(longest, room)
    if longest < 1:
        raise no_room(model)
    read = 1 if "cross" in model.stacks else inputs["input_ids"].shape[1]

    with model.attention.watching(watch):
        written = write(
            model,
            {
                **inputs,
                **_first(seen),
                "num_beams": 1,
                "do_sample": False,
                "max_new_tokens": longest,
                # With a cache a step is one query, which tells neither what keys are before it nor its position.
                "use_cache": not {"uniform", "resample"} & set(ablate.values()),
            },
            lambda tokens: tell((tokens.shape[1] - read) / longest),
        )
    new = written[0, read:]
    # At the limit Marian ends the text by force.
    return Generated(decoded(model, new), len(new) < longest)


def _first(seen: AttentionResult) -> dict[str, int]:
    """The language code that a multilingual translator's text begins with."""
    pair = seen.pair
    if "cross" not in seen.stacks:
        return {}
    return first_of(
        seen.model, pair.target_language or (language_of(pair.b.text) if pair.b else other_language(pair.a.text))
    )
