"""How much each head matters by the first derivative: one backward pass through gates of one on what the heads give
out.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.layers import over_layers
from mhattn_core.attention.objectives import Objective, outcome
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call

PROJECTIONS = 8
SEED = 0


def gate_gradients(model: Model, task: Objective) -> dict[str, Float[np.ndarray, "row layer head"]]:
    """Importance of each head for each row: float64 ``[row, layer, head]`` by stack, at least 0.

    For words: Σ over positions of |∂L/∂ξ|, ξ a gate on the head at one position and L the summed loss of the row. For
    vectors and classes, whose
    distance from themselves has no gradient: ‖∂e/∂ξ‖, e the outcome and ξ one gate on the head, from 8 fixed random
    projections of e.
    Source: Michel et al. 2019, section 4.1, as their code has it: absolute per token (one gate a head would let signs
    cancel), summed.
    """
    words = task.targets is not None
    copies = 1 if words else PROJECTIONS
    gates: dict[tuple[str, int], Tensor] = {}

    def watch(call: Call) -> Tensor:
        gate = torch.ones(call.output.shape[:3], device=call.output.device, requires_grad=True)
        gates[call.stack, call.layer] = gate
        return call.output * gate[..., None]

    with torch.enable_grad(), model.attention.watching(watch):
        found = outcome(model, task)(model.network, copies)
        total = (
            found.sum()
            if words
            else (found.reshape(copies, len(task.rows), -1) * _projections(found.shape[1]).to(found.device)).sum()
        )
    gradients = torch.autograd.grad(total, list(gates.values()))
    stacks: dict[str, dict[int, np.ndarray]] = {stack: {} for stack in model.stacks}
    for (stack, layer), gradient in zip(gates, gradients, strict=True):
        real = torch.cat([task.real[stack]] * copies)[..., None]
        at_positions = (gradient * real).double()
        if words:
            importance = at_positions.abs().sum(dim=1)
        else:
            importance = at_positions.sum(dim=1).reshape(copies, len(task.rows), -1).square().mean(dim=0).sqrt()
        stacks[stack][layer] = importance.cpu().numpy()
    layers = model.attention.layers
    return {stack: np.moveaxis(over_layers(found, layers(stack)), 0, 1) for stack, found in stacks.items()}


def importance(
    model: Model, tasks: Sequence[Objective], sentences: int
) -> dict[str, Float[np.ndarray, "sentence layer head"]]:
    """``gate_gradients`` of many tasks in the order of their pairs, ``[sentence, layer, head]``; 0 for a pair that was
    not fed.
    """
    found = {
        stack: np.zeros((sentences, model.attention.layers(stack), model.attention.heads(stack)))
        for stack in model.stacks
    }
    for task in tasks:
        for stack, rows in gate_gradients(model, task).items():
            found[stack][[row.number for row in task.rows]] = rows
    return found


def _projections(parts: int) -> Float[Tensor, "projection 1 {parts}"]:
    """Gaussian directions ``[projection, 1, part]``: the mean square of a vector's products with such is its squared
    length.
    """
    return torch.randn(PROJECTIONS, 1, parts, generator=torch.Generator().manual_seed(SEED))
