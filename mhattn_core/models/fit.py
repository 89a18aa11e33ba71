"""Whether the weights of the files are those of the network: what is missing, left over, or of another size."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.models.model_problems import stands
from mhattn_core.tap.dummy import dummy_inputs

# What torch.compile, FSDP and checkpointing put into names.
_WRAPPERS_INSIDE = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")
# Masks that early causal models saved among their weights; which keys are visible is computed today.
_MASKS = re.compile(r"(^|\.)(attn|attention)\.(bias|masked_bias|causal_mask)$|\.inv_freq$")
_NUMBER = re.compile(r"\d+")
_LISTED = 3


@dataclass(frozen=True)
class Fit:
    """The loading report, without buffers and tied weights. Names are the network's; sizes are (name, held, asked
    for).
    """

    missing: frozenset[str]
    unexpected: frozenset[str]
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]

    @property
    def lacking(self) -> frozenset[str]:
        """Weights that are random now: missing, or of another size in the file."""
        return self.missing | {name for name, _held, _asked in self.mismatched}


def fit_of(network: PreTrainedModel, info: Mapping[str, Any]) -> Fit:
    """info: the loading report of transformers (``output_loading_info``)."""
    buffers = {name for name, _buffer in network.named_buffers()}
    mismatched = sorted((name, tuple(held), tuple(asked)) for name, held, asked in info["mismatched_keys"])
    return Fit(frozenset(info["missing_keys"]) - buffers, frozenset(info["unexpected_keys"]), tuple(mismatched))


def unwrapping(held: Iterable[str], network: PreTrainedModel) -> dict[str, str]:
    """The ``key_mapping`` that takes what a wrapper put before the names off again (``module.``, ``model.`` …); often
    empty.

    held: names of the weights in the file. The prefix is the one below which most of the network's own names stand.
    """
    asked = {_bare(name, network) for name in network.state_dict()}
    inside = [wrapper for wrapper in _WRAPPERS_INSIDE if any(f".{wrapper}" in name for name in held)]
    before: Counter[str] = Counter()
    for name in held:
        for wrapper in inside:
            name = name.replace(f".{wrapper}", ".")
        parts = name.split(".")
        start = next((start for start in range(len(parts)) if ".".join(parts[start:]) in asked), None)
        if start is not None:
            before[".".join([*parts[:start], ""])] += 1
    # As often below two of them: two networks in one file, and which is meant is not said.
    (prefix, times), second = [*before.most_common(2), ("", 0), ("", 0)][:2]
    prefix = "" if times == second[1] else prefix.removesuffix(f"{network.base_model_prefix}.")
    mapping = {rf"\.{re.escape(wrapper)}": "." for wrapper in inside}
    return mapping | ({f"^{re.escape(prefix)}": ""} if prefix else {})


def check_fit(name: str, network: PreTrainedModel, fit: Fit) -> None:
    """Raises Problem unless every weight of the stacks comes from the file, and no layer of the file is left out.

    A missing weight that the last states do not depend on (a pooler) is not drawn, and may be missing.
    """
    if fit.mismatched:
        weight, held, asked = fit.mismatched[0]
        raise Problem(
            _("Sizes of “{name}” differ: {weight} is {held} in the file, and {asked} by its config.json.").format(
                name=name, weight=weight, held=_size(held), asked=_size(asked)
            ),
            _("Get config.json and the weights again, from the same place; after tokens were added, save both."),
            stands(),
        )
    if missing := needed(network, fit.missing):
        raise Problem(
            _("“{name}” lacks weights that its config.json asks for: {number} are not in the file ({listed}).").format(
                name=name, number=len(missing), listed=_listed(missing)
            ),
            _(
                "Get config.json and the weights again, from the same place; weights that are missing would be random "
                "numbers."
            ),
            stands(),
        )
    if strays := _strays(network, fit.unexpected):
        raise Problem(
            _(
                "“{name}” holds weights that its config.json leaves out: {number} have no place in the network "
                "({listed})."
            ).format(name=name, number=len(strays), listed=_listed(strays)),
            _("Get config.json and the weights again, from the same place; adapters must be merged into the weights."),
            stands(),
        )


@torch.no_grad()
def needed(network: PreTrainedModel, missing: Collection[str]) -> list[str]:
    """Those of the missing weights that the network's last states depend on, in order.

    By observation: not-a-number in their place either reaches the states or does not. What stands in a row of layers
    counts in any case, since of several experts only some are asked.
    """
    if not missing:
        return []
    own = dict(network.named_parameters(remove_duplicate=False))
    loaded = {_numberless(name) for name in own if name not in missing}
    certain = {name for name in missing if name not in own or _numberless(name) in loaded}
    beside = [name for name in missing if name not in certain]
    return sorted(
        {*certain, *(beside if beside and _reaches_the_states(network, [own[name] for name in beside]) else ())}
    )


def _reaches_the_states(network: PreTrainedModel, weights: list[torch.nn.Parameter]) -> bool:
    kept = [weight.detach().clone() for weight in weights]
    try:
        for weight in weights:
            weight.fill_(torch.nan)
        states = network(**dummy_inputs(network)).last_hidden_state
        return bool(states.isnan().any())
    except Exception:  # without a forward nothing is known, and the survey says why there is none
        return True
    finally:
        for weight, value in zip(weights, kept, strict=True):
            weight.copy_(value)


def _strays(network: PreTrainedModel, unexpected: Iterable[str]) -> list[str]:
    """Weights in the file that lie in one of the network's layers, or in one more layer of the same kind."""
    asked = {_numberless(_bare(name, network)) for name in network.state_dict()}
    layers = {_bare(path, network) for path, _module in network.named_modules() if path.rsplit(".", 1)[-1].isdigit()}

    def is_stray(name: str) -> bool:
        parts = name.split(".")
        inside = any(".".join(parts[:end]) in layers for end in range(1, len(parts)))
        return not _MASKS.search(name) and (inside or _numberless(name) in asked)

    return sorted(name for name in unexpected if is_stray(_bare(name, network)))


def _bare(name: str, network: PreTrainedModel) -> str:
    return name.removeprefix(f"{network.base_model_prefix}.")


def _numberless(name: str) -> str:
    return _NUMBER.sub("*", name)


def _size(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _listed(names: list[str]) -> str:
    return listed(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
