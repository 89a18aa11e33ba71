"""The attention function that every model is loaded with.

Transformers looks an attention function up by name (``AttentionInterface``). Ours delegates to the model's own
eager function when somebody watches, so that each family's quirks are right by construction, and to a fast kernel
when nobody does. A network is never switched afterwards: whether it is watched depends on the calling thread alone.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask

from mhattn_core.tap.full_precision import full_precision

WITH_SDPA = "mhattn"
EAGER_ONLY = "mhattn_eager"
# Transformers' own, for families that the tap does not reach.
UNTAPPED = "eager"
# Where a network is made of others, these call the attention function.
_PARTS = {"encoder", "decoder", "text_config"}


@dataclass(frozen=True)
class Call:
    """One call of the attention function, as the model made it.

    A network that is read without the tap tells stack, layer, pattern and output only: module, query, key and value
    are then None, and the mask is not known.
    query ``[batch, head, query, dimension]``; key and value ``[batch, key/value head, key, dimension]``;
    mask: additive, broadcastable to the pattern, or None when every key is visible;
    pattern ``[batch, head, query, key]``, after the softmax; output ``[batch, query, head, dimension]``;
    options: what else the model passed (``scaling``, ``softcap``, ``position_bias``, ``s_aux`` …);
    first: the number of the first query, 0 but where a call is shown in parts of its queries (see ``watching``): query,
    pattern and output, and what of mask and options has a row a query, are then of that part.
    """

    module: nn.Module | None
    stack: str
    layer: int
    query: Tensor | None
    key: Tensor | None
    value: Tensor | None
    mask: Tensor | None
    pattern: Tensor
    output: Tensor
    options: Mapping[str, Any]
    first: int = 0


Watcher = Callable[[Call], Tensor | None]
"""Sees each call in turn; a tensor that it returns takes the place of the per-head output."""


LayerOf = Mapping[str, Sequence[int | None]]
"""Of a stack some of whose layers do not attend: the layer of each call of one forward, None for one whose pattern is
not read. A stack that is not named has a call in each layer.
"""


Parts = Callable[[str], Sequence[tuple[int, int]]]
"""Of a stack, the parts that its queries are computed in: from which to which."""


def in_one(_stack: str) -> Sequence[tuple[int, int]]:
    """All queries together."""
    return ()


class _Session:
    """One watched forward: who watches, and how many calls each stack has made so far."""

    def __init__(self, stack_of: Mapping[nn.Module, str], watcher: Watcher, layer_of: LayerOf, parts: Parts) -> None:
        self.parts = parts
        self.stack_of = stack_of
        self.watcher = watcher
        self.layer_of = layer_of
        self.calls: Counter[str] = Counter()

    def next_layer(self, stack: str) -> int | None:
        # By order of calls, not by module: ALBERT shares one module among its layers.
        self.calls[stack] += 1
        return nth_layer(self.layer_of, stack, self.calls[stack] - 1)


def nth_layer(layer_of: LayerOf, stack: str, number: int) -> int | None:
    """The layer of a stack's nth call; calls of later steps count on."""
    layers = layer_of.get(stack)
    return number if layers is None else layers[number % len(layers)]


ALL_ATTEND: LayerOf = {}
_session: ContextVar[_Session | None] = ContextVar("session", default=None)


@contextmanager
def watching(
    stack_of: Mapping[nn.Module, str], watcher: Watcher, layer_of: LayerOf = ALL_ATTEND, parts: Parts = in_one
) -> Iterator[None]:
    """Show every attention call of one forward, in this thread, to ``watcher``.

    ``stack_of`` names the stack of each attention module; layers are counted from the start of the block, or as
    ``layer_of`` says. parts: a call whose queries are computed part by part is shown part by part, so that no whole
    pattern ever exists; right for networks that ``AttentionMap.reads_in_parts`` names.
    """
    token = _session.set(_Session(stack_of, watcher, layer_of, parts))
    try:
        with full_precision():
            yield
    finally:
        _session.reset(token)


def implementation_for(network_class: type[PreTrainedModel]) -> str:
    """The name to pass as ``attn_implementation``: the tap, with SDPA only for classes that declare it.

    A family whose source does not so much as import the table of attention functions would never call the tap, or
    refuse its name: it stays on its own eager attention, and is read by ``tap.fallback``.
    """
    made_of_others = _PARTS & set(getattr(network_class.config_class, "sub_configs", ()))
    if not made_of_others and not hasattr(sys.modules[network_class.__module__], "ALL_ATTENTION_FUNCTIONS"):
        return UNTAPPED
    return WITH_SDPA if getattr(network_class, "_supports_sdpa", False) else EAGER_ONLY


@cache
def eager_function(module_class: type[nn.Module]) -> Callable[..., tuple[Tensor, Tensor]]:
    """The family's own eager attention: it stands beside the class of the MRO that defines ``forward``."""
    defining = next(parent for parent in module_class.__mro__ if "forward" in vars(parent))
    function: Callable[..., tuple[Tensor, Tensor]] = vars(sys.modules[defining.__module__])["eager_attention_forward"]
    return function


def _eager(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, Tensor | None]:
    eager = eager_function(type(module))  # type: ignore[arg-type]  # classes are hashable
    session = _session.get()
    if session is None:
        return eager(module, query, key, value, attention_mask, **options)[0], None
    stack = session.stack_of[module]
    layer = session.next_layer(stack)
    queries, outputs = query.shape[2], []
    parts = session.parts(stack) if layer is not None else ()
    for start, stop in parts or [(0, queries)]:
        of_part = partial(_rows, queries=queries, start=start, stop=stop)
        asked, mask = query[:, :, start:stop], of_part(attention_mask)
        given = {name: of_part(option) for name, option in options.items()}
        output, pattern = eager(module, asked, key, value, mask, **given)
        if layer is None:
            return output, pattern
        replaced = session.watcher(
            Call(module, stack, layer, asked, key, value, mask, pattern, output, given, first=start)
        )
        # What a watcher computes in float32 goes on in the precision of the network.
        outputs.append(output if replaced is None else replaced.to(output.dtype))
    return (torch.cat(outputs, dim=1), None) if parts else (outputs[0], pattern)


def _rows(given: Any, *, queries: int, start: int, stop: int) -> Any:
    """What of a mask, a table of positions or anything else belongs to these queries."""
    if (start, stop) == (0, queries) or not isinstance(given, Tensor) or given.dim() != 4 or given.shape[2] != queries:
        return given
    return given[:, :, start:stop]


def _fast(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, Tensor | None]:
    unsupported = options.get("softcap") is not None or options.get("s_aux") is not None
    if _session.get() is not None or unsupported:
        return _eager(module, query, key, value, attention_mask, **options)
    # To an eager function no mask means that every key is visible; SDPA would ask module.is_causal instead.
    options["is_causal"] = False
    return sdpa_attention_forward(module, query, key, value, attention_mask, **options)


for _name, _function in ((WITH_SDPA, _fast), (EAGER_ONLY, _eager)):
    AttentionInterface.register(_name, _function)
    # Without a mask function of the same name padding would be attended.
    AttentionMaskInterface.register(_name, eager_mask)


def visible_keys(call: Call) -> Tensor:
    """Which keys each query may see: bool, broadcastable to ``[batch, head, query, key]``."""
    if call.mask is None:
        return torch.ones_like(call.pattern[:, :1], dtype=torch.bool)
    mask = call.mask[..., : call.pattern.shape[-1]]
    return mask if mask.dtype == torch.bool else mask > torch.finfo(mask.dtype).min / 2
