"""Linear layers by oneDNN, on processors where the library that torch chooses for float32 is slower.

Torch multiplies float32 matrices by MKL. On processors of other makers MKL leaves their widest vectors unused, and
oneDNN, which torch brings as well, takes less than half the time. Both add the same products in another order.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import torch
from torch import Tensor, nn

_CPU_INFO = Path("/proc/cpuinfo")


def quicken(network: nn.Module) -> None:
    """Let the linear layers of a network of own modules (see ``OwnModules``) take oneDNN where that is faster: without
    gradients, in float32. Elsewhere nothing happens.
    """
    if not _is_faster():
        return
    for module in network.modules():
        if type(module) is nn.Linear:
            module.__dict__["forward"] = partial(_forward, module, module.forward)


@cache
def _is_faster() -> bool:
    """By what the processor is and not by the clock, so that a machine always gives the same numbers."""
    wide = torch.backends.cpu.get_cpu_capability() == "AVX512" and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    return wide and _CPU_INFO.exists() and "AuthenticAMD" in _CPU_INFO.read_text(encoding="utf-8", errors="replace")


def _forward(module: nn.Linear, plain: Callable[[Tensor], Tensor], states: Tensor) -> Tensor:
    weight = module.weight
    is_float32 = states.dtype == weight.dtype == torch.float32 and states.device.type == weight.device.type == "cpu"
    if torch.is_grad_enabled() or not is_float32 or not states.numel():
        return plain(states)
    product: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, module.bias, "none", [], "")
    return product
