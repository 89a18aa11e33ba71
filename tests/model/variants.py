"""Variants of tiny networks, with the pattern of one head changed, run by our code and by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from cases import Case, before_projection, model_of
from families import Family
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.overrides import TorchFunctionMode

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants, row_means
from mhattn_core.attention.ablation import Ablation, Replacements
from mhattn_core.attention.objectives import NOT_ASKED, Objective
from mhattn_core.heads import Head

# Unequal lengths, so that one row is padded; words of which the tiny tokenizer knows all.
PAIRS = [
    mh.SentencePair("the cat sits on a mat and slept all day", "it was very tired"),
    mh.SentencePair("it was long", "the day was very long and the cat slept"),
]

OF_A_NORM = 1e-4


def run_variants(model: mh.Model, task: Objective, variants: Sequence[Ablation], run: Variants | None = None) -> Tensor:
    """Heads off by the mean of each row, or by what needs no replacement."""
    return (run or Variants(model))(task, variants, Replacements(row_means(model, task)))


def model_with_mask(family: Family) -> mh.Model:
    model = model_of(family)
    model.tokenizer.add_special_tokens({"mask_token": "[MASK]"})
    return model


def changed(case: Case, task: Objective, head: Head, change: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """``outcome`` of the plain network, where ``change`` has its way with one head's output ``[row, query, dimension]``
    (and which are real).
    """
    stack, layer, number = head

    def see(given: Tensor) -> Tensor:
        real = task.real[stack]
        parts = given.clone().reshape(*real.shape, 4, -1)
        parts[:, :, number] = change(parts[:, :, number], real)
        return parts.reshape(given.shape)

    with before_projection(case, stack, layer, see), torch.no_grad():
        return by_hand(case, task)


class OtherWeights(TorchFunctionMode):
    """In a plain network's own attention, the weights of one head are others; they mix the network's own values."""

    def __init__(self, case: Case, task: Objective, head: Head, change: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        stack, layer, self.head = head
        # In the order in which a network computes: an encoder whole, then what each layer of a decoder sees of itself
        # and across.
        self.wanted = (
            layer if not case.is_pair or stack == "encoder" else case.layers("encoder") + 2 * layer + (stack == "cross")
        )
        self.keys = task.real["encoder" if stack == "cross" else stack].shape[1]
        self.real, self.change, self.seen = task.real[stack], change, 0

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        # A router's choice of experts is a softmax, too, of fewer axes.
        if getattr(function, "__name__", "") != "softmax" or result.dim() != 4:
            return result
        self.seen += 1
        if self.seen - 1 == self.wanted:
            assert result.shape[2] == self.real.shape[1]
            # Behind the keys there may be one that is not there (GPT-OSS).
            result[:, self.head, :, self.keys :] = 0
            result[:, self.head, :, : self.keys] = self.change(result[:, self.head, :, : self.keys], self.real)
        return result


def by_hand(case: Case, task: Objective) -> Tensor:
    inputs = dict(task.inputs) | (
        {} if "cross" not in case.family.projections and "encoder" in case.family.projections else {"use_cache": False}
    )
    if task.targets is None:
        states = case.eager.base_model(**inputs)[0]
        rows = [state[real].mean(dim=0) for state, real in zip(states, next(reversed(task.real.values())), strict=True)]
        return torch.stack([row / row.norm() for row in rows])
    logits = case.eager(**inputs).logits
    return torch.stack(
        [
            cross_entropy(row, target, ignore_index=NOT_ASKED, reduction="sum")
            for row, target in zip(logits, task.targets, strict=True)
        ]
    )[:, None]


def mean_of_real(output: Tensor, real: Tensor) -> Tensor:
    means = [row[own].mean(dim=0) for row, own in zip(output, real, strict=True)]
    return torch.stack(means)[:, None].expand_as(output)
