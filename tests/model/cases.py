"""One family twice, on the reading that the library takes and on transformers' own eager attention, and what tests do
with both.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Literal

import torch
from families import ON_THEIR_OWN, READABLE, Family
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from mhattn_core.attention.ablation import Ablation, Replacements, switch_off
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call, implementation_for
from mhattn_core.tap.survey import AttentionMap, survey

# Rows of unequal length, the longest source beside a short target: a pattern with swapped axes cannot pass.
SOURCE_LENGTHS, TARGET_LENGTHS = (9, 5, 7), (4, 7, 3)
# A causal family makes its mask with or without one; a bidirectional one passes none on when nothing is padded.
PADDINGS = ("no mask", "none", "right", "left")
LAYERS = {"encoder": 3, "decoder": 2, "cross": 2}
HEADS = 4
# Of two key/value heads, head 2 reads the second, by division; by remainder it would be the first.
HEAD = 2

ATTENTIONS = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"}

Inputs = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Case:
    """One family twice, with the same weights: on the tap, and on eager attention."""

    family: Family
    tapped: PreTrainedModel
    eager: PreTrainedModel
    attention: AttentionMap

    @property
    def is_pair(self) -> bool:
        return "cross" in self.family.projections

    def layers(self, stack: str) -> int:
        return LAYERS[stack] if self.is_pair else 3


def family_named(name: str) -> Family:
    return next(family for family in (*READABLE, *ON_THEIR_OWN) if family.name == name)


def case_of(family: Family) -> Case:
    tapped = family.build(implementation_for(family.network_class()))
    return Case(family, tapped, family.build("eager"), survey(tapped))


def batch(case: Case, padding: str) -> Inputs:
    """Random words, the same for each padding, with none of the special tokens among them."""
    inputs = _side(SOURCE_LENGTHS, padding, seed=1)
    if case.is_pair:
        inputs |= {f"decoder_{name}": tensor for name, tensor in _side(TARGET_LENGTHS, padding, seed=2).items()}
    return inputs


def _side(lengths: tuple[int, ...], padding: str, seed: int) -> Inputs:
    """Token ids of unequal lengths, 0 where padded, and their mask."""
    longest = max(lengths)
    words = torch.randint(5, 120, (len(lengths), longest), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones_like(words)
    if padding in ("right", "left"):
        mask = (torch.arange(longest) < torch.tensor(lengths)[:, None]).long()
        mask = mask.flip(1) if padding == "left" else mask
    return {"input_ids": words * mask} | ({} if padding == "no mask" else {"attention_mask": mask})


def real_queries(case: Case, stack: str, inputs: Inputs) -> Tensor:
    """``[batch, query]``: what a padded position attends to or says is nobody's business."""
    side = "decoder_" if case.is_pair and stack != "encoder" else ""
    return inputs[f"{side}input_ids"] > 0


def real_logits(case: Case, logits: Tensor, inputs: Inputs) -> Tensor:
    return logits[real_queries(case, "decoder" if case.is_pair else "encoder", inputs)]


@torch.no_grad()
def run(network: PreTrainedModel, inputs: Inputs) -> Tensor:
    return network(**inputs)[0]


@torch.no_grad()
def watch(case: Case, inputs: Inputs, ablate: Ablation | None = None) -> tuple[dict[str, list[Call]], Tensor]:
    """The calls of each stack in order of layers, and the logits. A head that is off by ``mean`` gives the mean of what
    it gives in the intact network.
    """
    calls: dict[str, list[Call]] = {stack: [] for stack in case.attention.stacks}
    means = {}
    if ablate and "mean" in ablate.values():
        intact, _logits = watch(case, inputs)
        means = {(stack, call.layer): call.output.mean(dim=1) for stack, of in intact.items() for call in of}

    def watcher(call: Call) -> Tensor:
        assert call.layer == len(calls[call.stack])
        calls[call.stack].append(call)
        return switch_off(call, ablate or {}, Replacements(means))

    with case.attention.watching(watcher):
        return calls, run(case.tapped, inputs)


@torch.no_grad()
def eager_patterns(case: Case, inputs: Inputs) -> dict[str, tuple[Tensor, ...]]:
    output = case.eager(**inputs, output_attentions=True)
    return {stack: output[ATTENTIONS[stack] if case.is_pair else "attentions"] for stack in case.family.projections}


def patterns_are_eager(case: Case, inputs: Inputs, calls: Mapping[str, list[Call]]) -> None:
    """Assert that every watched pattern is the one that plain transformers returns, wherever a real word asks."""
    for stack, plain in eager_patterns(case, inputs).items():
        real = real_queries(case, stack, inputs)
        assert len(calls[stack]) == len(plain) == case.layers(stack)
        for call, pattern in zip(calls[stack], plain, strict=True):
            close(call.pattern.transpose(1, 2)[real], pattern.transpose(1, 2)[real])
            # Random weights are large enough for a mistake in the pattern to show.
            assert pattern.transpose(1, 2)[real].std() > 0.005


def projections(case: Case, network: PreTrainedModel, stack: str) -> list[nn.Module]:
    """The output projection of each layer, by name."""
    found = projections_of(case.family, network, stack)
    # ALBERT's layers share one.
    return found * case.layers(stack) if len(found) == 1 else found


def projections_of(family: Family, network: PreTrainedModel, stack: str) -> list[nn.Module]:
    """All modules of a network that the family's source names as output projections of a stack."""
    ending = re.compile(rf"(^|.*\.){family.projections[stack]}")
    return [module for path, module in network.named_modules() if ending.fullmatch(path)]


@contextmanager
def before_projection(case: Case, stack: str, layer: int, see: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Show what one layer's output projection is given in the next eager forward; what ``see`` returns replaces it."""
    layers = projections(case, case.eager, stack)
    calls = count()
    wanted = layer if layers.count(layers[0]) > 1 else 0

    def hook(_module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor] | None:
        replaced = see(inputs[0]) if next(calls) == wanted else None
        return None if replaced is None else (replaced,)

    handle = layers[layer].register_forward_pre_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def close(ours: Tensor, plain: Tensor, tolerance: float = 1e-5) -> None:
    torch.testing.assert_close(ours, plain, atol=tolerance, rtol=0)


def model_of(family: Family) -> Model:
    """The tiny network as a model of the library, with a tokenizer that knows a few words."""
    network = family.build(implementation_for(family.network_class()))
    head: Literal["language"] | None = None if family.auto is AutoModel else "language"
    return Model(family.name, "tiny", network, word_tokenizer(), survey(network), head)


def word_tokenizer() -> PreTrainedTokenizerFast:
    """One token a word; a few ids stay free between the special tokens and the words."""
    special = {"pad_token": "[PAD]", "bos_token": "[BOS]", "eos_token": "[EOS]", "unk_token": "[UNK]"}
    words = ["the", "cat", "sits", "on", "a", "mat", "it", "was", "very", "tired", "and", "slept", "all", "day", "long"]
    ids = {token: number for number, token in enumerate(special.values())} | {
        word: 20 + 3 * number for number, word in enumerate(words)
    }
    tokenizer = Tokenizer(WordLevel(ids, unk_token=special["unk_token"]))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    ends = [("[BOS]", 1), ("[EOS]", 2)]
    tokenizer.post_processor = TemplateProcessing(
        single="[BOS] $A [EOS]", pair="[BOS] $A [EOS] $B [EOS]", special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=60, model_input_names=["input_ids", "attention_mask"], **special
    )
