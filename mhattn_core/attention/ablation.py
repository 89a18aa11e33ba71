"""Switching heads off, in the one place where every call passes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.attention.patches import PATCHES, At, Patch
from mhattn_core.errors import Problem
from mhattn_core.heads import head_name, layer_name
from mhattn_core.locale import _, listed
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call, visible_keys

Kind = Literal[
    "zero",
    "mean",
    "uniform",
    "resample",
    "knockout",
    "zero_weight",
    "patch_output",
    "patch_query",
    "patch_key",
    "patch_value",
    "patch_pattern",
]
Ablation = Mapping[tuple[str, int, int], Kind]
"""What is done to which heads of a model. A key is a ``Head``, or the plain (stack, layer, head) that it equals."""

Outputs = Mapping[tuple[str, int], Float[Tensor, "... head dimension"]]
"""Of each stack and layer something that heads of the intact network give."""


@dataclass(frozen=True, eq=False)
class Replacements:
    """What is put in a head's place, all of it from the intact network, whatever other heads are off.

    means: each head's mean output over a corpus ``[head, dimension]``, or over each row ``[row, head, dimension]``;
    others: what the heads give for another text, ``[row, query, head, dimension]``, whose last position stands for those
    beyond its end; edges: of each stack which cells of a pattern are taken out, ``[row, query, key]``; bounds: of each
    stack other cells, where no more weight is taken out of a query's row than these have in it; calls: those of another
    run with as many tokens, whose parts are patched in, and at: of each stack where.
    """

    means: Outputs = field(default_factory=dict)
    others: Outputs = field(default_factory=dict)
    edges: Mapping[str, Bool[Tensor, "row query key"]] = field(default_factory=dict)
    bounds: Mapping[str, Bool[Tensor, "row query key"]] = field(default_factory=dict)
    calls: Mapping[tuple[str, int], Call] = field(default_factory=dict)
    at: Mapping[str, At] = field(default_factory=dict)


NOTHING = Replacements()


def _zero(call: Call, head: int, _replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """Nothing (Michel et al. 2019)."""
    return torch.zeros_like(call.output[:, :, head])


def _mean(call: Call, head: int, replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """The head's mean output, the same at every position."""
    mean = replacements.means[call.stack, call.layer][..., head, :]
    return mean.reshape(-1, 1, mean.shape[-1]).expand_as(call.output[:, :, head])


def _resample(call: Call, head: int, replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """What the head gives for another text: its typical output, without what it says of this one (Chan et al. 2022)."""
    others = replacements.others[call.stack, call.layer]
    positions = torch.arange(call.output.shape[1], device=others.device).clamp(max=others.shape[1] - 1)
    return others[:, positions, head]


def _uniform(call: Call, head: int, _replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """Equal weight on every visible key (Kovaleva et al. 2019)."""
    return uniform_pattern(call, head) @ _value(call, head)


def _zero_weight(call: Call, head: int, replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """The head without some of its edges: their weights are 0, and the others stay what they are."""
    return _without_edges(call, head, replacements) @ _value(call, head)


def _knockout(call: Call, head: int, replacements: Replacements) -> Float[Tensor, "batch query dimension"]:
    """The head without some of its edges, as if their scores had been −∞: the other weights of a row grow to its sum
    (attention knockout, Geva et al. 2023). A row that has no other edges gives nothing.
    """
    left = _without_edges(call, head, replacements)
    before, after = (weights.sum(dim=-1, keepdim=True) for weights in (call.pattern[:, head], left))
    return torch.where(after > 0, left * before / after, 0) @ _value(call, head)


def _without_edges(call: Call, head: int, replacements: Replacements) -> Float[Tensor, "batch query key"]:
    pattern = call.pattern[:, head]
    removed = pattern.masked_fill(~replacements.edges[call.stack], 0)
    if call.stack in replacements.bounds:
        most = pattern.masked_fill(~replacements.bounds[call.stack], 0).sum(dim=-1, keepdim=True)
        own = removed.sum(dim=-1, keepdim=True)
        removed = torch.where(own > most, removed * most / own, removed)
    return pattern - removed


def _patched(patch: Patch) -> Callable[[Call, int, Replacements], Float[Tensor, "batch query dimension"]]:
    """A part of the head as it is in another run (Vig et al. 2020; Heimersheim & Nanda 2024)."""

    def replaced(call: Call, head: int, replacements: Replacements) -> Tensor:
        return patch(call, head, replacements.calls[call.stack, call.layer], replacements.at[call.stack])

    return replaced


def _value(call: Call, head: int) -> Float[Tensor, "batch key dimension"]:
    if call.value is None:
        raise ValueError("This call does not tell its values and its mask.")
    return call.value[:, head * call.value.shape[1] // call.pattern.shape[1]]


def uniform_pattern(call: Call, head: int) -> Float[Tensor, "batch query key"]:
    """``[batch, query, key]``: equal weight on every visible key."""
    visible = visible_keys(call)
    visible = visible.expand(-1, call.pattern.shape[1], -1, -1)[:, head].to(call.pattern.dtype)
    return visible.expand_as(call.pattern[:, head]) / visible.sum(dim=-1, keepdim=True)


OUTPUTS: Mapping[Kind, Callable[[Call, int, Replacements], Float[Tensor, "batch query dimension"]]] = {
    "zero": _zero,
    "mean": _mean,
    "uniform": _uniform,
    "resample": _resample,
    "knockout": _knockout,
    "zero_weight": _zero_weight,
    **{kind: _patched(patch) for kind, patch in PATCHES.items()},
}
OF_EDGES: tuple[Kind, ...] = ("knockout", "zero_weight")
"""What takes single edges out of a head, and not the head."""
NEED_VALUES: tuple[Kind, ...] = ("uniform", *OF_EDGES, *(kind for kind in PATCHES if kind != "patch_output"))


def kinds_of(model: Model) -> tuple[Kind, ...]:
    """The ways in which a model's heads can be switched off, the one with the fewest assumptions first."""
    return ("mean", "zero", "uniform", "resample") if model.attention.gives_values else ("mean", "zero", "resample")


def check_stack(model: Model, stack: str) -> None:
    """Raise Problem for a stack that the model does not have."""
    if stack not in model.stacks:
        raise Problem(
            _("“{name}” has no {stack}.").format(name=model.name, stack=stack),
            _("Its stacks are: {stacks}.").format(stacks=listed(model.stacks)),
        )


def check(model: Model, ablate: Ablation) -> None:
    """Raise Problem for a head that the model does not have, or a kind that does not exist or that it cannot give."""
    for (stack, layer, head), kind in ablate.items():
        sites = model.attention.sites.get(stack, ())
        if layer in range(len(sites)) and not sites[layer].heads:
            attending = model.attention.attending(stack)
            raise Problem(
                _("Layer {layer} of “{name}” has no attention, so it has no heads.").format(
                    layer=layer_name(layer), name=model.name
                ),
                _("Those that attend are: {layers}.").format(layers=listed(map(layer_name, attending))),
            )
        if layer not in range(len(sites)) or head not in range(sites[layer].heads):
            raise Problem(
                _("“{name}” has no head {head} in its {stack}.").format(
                    name=model.name, head=head_name(layer, head), stack=stack
                ),
                _("Its stacks are: {stacks}.").format(stacks=listed(model.stacks)),
            )
        if kind not in OUTPUTS:
            raise Problem(
                _("“{kind}” is not a way to switch a head off.").format(kind=kind),
                _("Use one of: {kinds}.").format(kinds=listed(kinds_of(model))),
            )
        if kind in NEED_VALUES and not model.attention.gives_values:
            raise Problem(
                _(
                    "“{name}” does not tell its values and which keys its heads may see, so no head can be made to look "
                    "elsewhere."
                ).format(name=model.name),
                _("Use one of: {kinds}.").format(kinds=listed(kinds_of(model))),
            )


def switch_off(
    call: Call, ablate: Ablation, replacements: Replacements = NOTHING
) -> Float[Tensor, "batch query head dimension"]:
    """The per-head output of ``call`` with the given heads replaced; the call itself is left as it is.

    Raises KeyError for a kind whose replacement is not given.
    """
    output = call.output
    for (stack, layer, head), kind in ablate.items():
        if (stack, layer) == (call.stack, call.layer):
            output = output.clone() if output is call.output else output
            output[:, :, head] = OUTPUTS[kind](call, head, replacements)
    return output


def ablated(call: Call, ablate: Ablation, replacements: Replacements = NOTHING) -> Call:
    """``call`` as it goes on: the outputs of ``switch_off``, and the pattern of a head that looks at all keys
    equally.
    """
    pattern = call.pattern
    for (stack, layer, head), kind in ablate.items():
        if kind == "uniform" and (stack, layer) == (call.stack, call.layer):
            pattern = pattern.clone() if pattern is call.pattern else pattern
            pattern[:, head] = uniform_pattern(call, head)
    return replace(call, pattern=pattern, output=switch_off(call, ablate, replacements))
