"""Whether a network's attention can be computed some queries at a time: whether its rows hang on nothing but
themselves.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import nn
from transformers import PreTrainedModel

from mhattn_core.tap.dummy import SOURCE_LENGTH, TARGET_LENGTH, dummy_inputs
from mhattn_core.tap.interface import Call, watching

_SIZE = 3
_TOLERANCE = 1e-5


@torch.no_grad()
def reads_in_parts(network: PreTrainedModel, stack_of: Mapping[nn.Module, str], calls: Sequence[Call]) -> bool:
    """Whether the network's calls on ``dummy_inputs``, three queries at a time, give what they gave as a whole."""
    seen: list[Call] = []

    def parts(stack: str) -> list[tuple[int, int]]:
        of_target = network.config.is_encoder_decoder and stack != "encoder"
        length = TARGET_LENGTH if of_target else SOURCE_LENGTH
        return [(start, min(start + _SIZE, length)) for start in range(0, length, _SIZE)]

    try:
        with watching(stack_of, seen.append, parts=parts):
            network(**dummy_inputs(network))
    except Exception:  # a function that takes whole patterns only fails in its own way
        return False
    whole: list[list[Call]] = []
    for call in seen:
        if call.first == 0:
            whole.append([])
        whole[-1].append(call)
    return len(whole) == len(calls) and all(map(_equal, whole, calls))


def _equal(parts: Sequence[Call], whole: Call) -> bool:
    pattern, output = torch.cat([part.pattern for part in parts], 2), torch.cat([part.output for part in parts], 1)
    return all(
        part.shape == of_whole.shape
        and torch.allclose(part, of_whole, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
        for part, of_whole in ((pattern, whole.pattern), (output, whole.output))
    )
