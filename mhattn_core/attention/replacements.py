"""What stands in a head's place where only one text is read: of that text, and of another one of this project's own."""

from collections.abc import Mapping
from hashlib import blake2b

import torch
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, Outputs, Replacements
from mhattn_core.attention.languages import language_of, other_language
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.examples import examples
from mhattn_core.text.pair import SentencePair

JOINED = {"en": " ", "zh": ""}
FIELDS = {"en": "english", "zh": "chinese"}


@torch.no_grad()
def pair_replacements(model: Model, inputs: Mapping[str, Tensor], ablate: Ablation, pair: SentencePair) -> Replacements:
    """For one text, whose positions all count: each head's mean over them, and what the heads give for ``other_text``;
    each from one more forward of the intact network, where it is asked for.
    """
    kinds = set(ablate.values())
    own = _outputs(model, inputs) if "mean" in kinds else {}
    return Replacements(
        {key: output.mean(dim=1) for key, output in own.items()},
        outputs_elsewhere(model, pair) if "resample" in kinds else {},
    )


@torch.no_grad()
def outputs_elsewhere(model: Model, pair: SentencePair) -> Outputs:
    """What the heads give for ``other_text``: ``[1, query, head, dimension]`` by stack and layer."""
    return _outputs(model, prepare_inputs(model, other_text(model, pair)).inputs)


def other_text(model: Model, pair: SentencePair) -> SentencePair:
    """Another text in place of a pair: sentences written for this project, in the language of each side as its script
    tells (English or Chinese), in an order that a hash of the pair gives; as many as are no longer than the pair, at
    least one.
    """
    translates = "cross" in model.stacks
    first = language_of(pair.a.text)
    second = other_language(pair.a.text) if translates and not pair.b else language_of(pair.b.text or pair.a.text)
    fields = [FIELDS[first], FIELDS[second] if translates else f"{FIELDS[second]}_next"]
    other = SentencePair("")
    for example in sorted(examples(), key=lambda one: _hash(pair, one.id)):
        source, target = (
            JOINED[language].join(filter(None, (text, getattr(example, field))))
            for text, field, language in zip((other.source, other.target), fields, (first, second), strict=True)
        )
        longer = SentencePair(source, target)
        if other.source and len(longer.a.words) > len(pair.a.words):
            break
        other = longer
    target = other.target if pair.b or translates else ""
    return SentencePair(
        other.source, target, source_language=pair.source_language, target_language=pair.target_language
    )


def _hash(pair: SentencePair, id_: str) -> bytes:
    return blake2b("\n".join((pair.a.text, pair.b.text, id_)).encode(), person=b"resample").digest()


def _outputs(model: Model, inputs: Mapping[str, Tensor]) -> dict[tuple[str, int], Tensor]:
    outputs: dict[tuple[str, int], Tensor] = {}

    def watch(call: Call) -> None:
        outputs[call.stack, call.layer] = call.output

    with model.attention.watching(watch):
        model.network(**inputs)
    return outputs
