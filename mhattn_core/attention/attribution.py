"""Patching to first order: what one backward pass says that moving a part of a head would do."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.ablation import OUTPUTS, Replacements
from mhattn_core.attention.objectives import Objective, outcome
from mhattn_core.attention.patches import PatchKind
from mhattn_core.heads import Head
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call


def attributions(
    model: Model,
    task: Objective,
    weights: Float[Tensor, "row option"],
    kinds: Sequence[PatchKind],
    replacements: Replacements,
) -> dict[PatchKind, dict[Head, float]]:
    """Of each kind and head the change of Σ weights × ``outcome``, to first order: the gradient at the head's output
    times the change of this output that the patch makes, summed over rows, positions and dimensions.

    The change within the head is exact, its softmax too; what later layers make of it is linear. Source: Nanda 2023
    (attribution patching); Kramár et al. 2024, section 3 (queries and keys through the exact softmax).
    """
    gates: dict[tuple[str, int], Tensor] = {}
    changes: dict[tuple[str, int], dict[PatchKind, Tensor]] = {}

    def watch(call: Call) -> Tensor:
        key = call.stack, call.layer
        gates[key] = torch.zeros_like(call.output, requires_grad=True)
        with torch.no_grad():
            heads = range(call.output.shape[2])
            changes[key] = {
                kind: torch.stack([OUTPUTS[kind](call, head, replacements) for head in heads], dim=2) - call.output
                for kind in kinds
            }
        return call.output + gates[key]

    with torch.enable_grad(), model.attention.watching(watch):
        total = (outcome(model, task)(model.network, 1) * weights).sum()
    # A stack whose last layers nothing reads has no gradient.
    gradients = torch.autograd.grad(total, list(gates.values()), allow_unused=True)
    found: dict[PatchKind, dict[Head, float]] = {kind: {} for kind in kinds}
    for (stack, layer), gradient in zip(gates, gradients, strict=True):
        for kind, change in changes[stack, layer].items():
            moved = torch.zeros(change.shape[2]) if gradient is None else (gradient * change).sum(dim=(0, 1, 3))
            found[kind] |= {Head(stack, layer, head): float(value) for head, value in enumerate(moved)}
    return found
