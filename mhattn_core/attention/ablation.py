"""Switching heads off, in the one place where every call passes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.errors import Problem
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models import Model
from mhattn_core.tap import Call, visible_keys

Kind = Literal["zero", "mean", "uniform"]
Ablation = Mapping[tuple[str, int, int], Kind]
"""What is done to which heads of a model. A key is a ``Head``, or the plain (stack, layer, head) that it equals."""

Means = Mapping[tuple[str, int], Float[Tensor, "head dimension"]]
"""Of each stack and layer, every head's mean output over a corpus."""


@dataclass(frozen=True, eq=False)
class Known:
    """What a mean is taken over: the real positions of each stack's queries, bool ``[batch, query]`` (without it, all),
    or a corpus.
    """

    real: Mapping[str, Bool[Tensor, "_batch _query"]] = field(default_factory=dict)
    means: Means = field(default_factory=dict)


NOTHING_KNOWN = Known()


def _zero(call: Call, head: int, _known: Known) -> Float[Tensor, "batch query dimension"]:
    """Nothing (Michel et al. 2019)."""
    return torch.zeros_like(call.output[:, :, head])


def _mean(call: Call, head: int, known: Known) -> Float[Tensor, "batch query dimension"]:
    """The head's mean output: over the corpus where it is known, else over the real positions of each pair."""
    output = call.output[:, :, head]
    if (call.stack, call.layer) in known.means:
        return known.means[call.stack, call.layer][head].expand_as(output)
    real = known.real.get(call.stack)
    if real is None:
        return output.mean(dim=1, keepdim=True).expand_as(output)
    weights = real.to(output.dtype)[..., None]
    return ((output * weights).sum(dim=1, keepdim=True) / weights.sum(dim=1, keepdim=True)).expand_as(output)


def _uniform(call: Call, head: int, _known: Known) -> Float[Tensor, "batch query dimension"]:
    """Equal weight on every visible key (Kovaleva et al. 2019)."""
    if call.value is None:
        raise ValueError("This call does not tell its values and its mask.")
    value = call.value[:, head * call.value.shape[1] // call.pattern.shape[1]]
    return uniform_pattern(call, head) @ value


def uniform_pattern(call: Call, head: int) -> Float[Tensor, "batch query key"]:
    """``[batch, query, key]``: equal weight on every visible key."""
    visible = visible_keys(call)
    visible = visible.expand(-1, call.pattern.shape[1], -1, -1)[:, head].to(call.pattern.dtype)
    return visible.expand_as(call.pattern[:, head]) / visible.sum(dim=-1, keepdim=True)


OUTPUTS: Mapping[Kind, Callable[[Call, int, Known], Float[Tensor, "batch query dimension"]]] = {
    "zero": _zero,
    "mean": _mean,
    "uniform": _uniform,
}


def check(model: Model, ablate: Ablation) -> None:
    """Raise Problem for a head that the model does not have, or a kind that does not exist or that it cannot give."""
    for (stack, layer, head), kind in ablate.items():
        sites = model.attention.sites.get(stack, ())
        if layer not in range(len(sites)) or head not in range(sites[layer].heads):
            raise Problem(
                _("“{name}” has no head {head} in its {stack}.").format(
                    name=model.name, head=head_name(layer, head), stack=stack
                ),
                _("Its stacks are: {stacks}.").format(stacks=", ".join(model.stacks)),
            )
        if kind not in OUTPUTS:
            raise Problem(
                _("“{kind}” is not a way to switch a head off.").format(kind=kind),
                _("Use one of: {kinds}.").format(kinds=", ".join(OUTPUTS)),
            )
        if kind == "uniform" and not model.attention.gives_values:
            raise Problem(
                _(
                    "“{name}” does not tell which keys its heads may see, so no head can be made to look at all of them equally."
                ).format(name=model.name),
                _("Use one of: {kinds}.").format(kinds=", ".join(kind for kind in OUTPUTS if kind != "uniform")),
            )


def switch_off(
    call: Call, ablate: Ablation, known: Known = NOTHING_KNOWN
) -> Float[Tensor, "batch query head dimension"]:
    """The per-head output of ``call`` with the given heads replaced; the call itself is left as it is."""
    output = call.output
    for (stack, layer, head), kind in ablate.items():
        if (stack, layer) == (call.stack, call.layer):
            output = output.clone() if output is call.output else output
            output[:, :, head] = OUTPUTS[kind](call, head, known)
    return output


def ablated(call: Call, ablate: Ablation) -> Call:
    """``call`` as it goes on: the outputs of ``switch_off``, and the pattern of a head that looks at all keys equally."""
    pattern = call.pattern
    for (stack, layer, head), kind in ablate.items():
        if kind == "uniform" and (stack, layer) == (call.stack, call.layer):
            pattern = pattern.clone() if pattern is call.pattern else pattern
            pattern[:, head] = uniform_pattern(call, head)
    return replace(call, pattern=pattern, output=switch_off(call, ablate))
