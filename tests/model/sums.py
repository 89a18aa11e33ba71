"""Whether what heads are said to add is what their layer writes, by a hook on the network itself."""

import torch
from torch import Tensor, nn

import mhattn_core as mh


@torch.no_grad()
def not_a_sum(seen: mh.AttentionResult, tolerance: float) -> str:
    """Where heads that ``contributions`` gives do not sum to what their layer's projection gives; empty where all do."""
    attention, gave = seen.model.attention, list[tuple[nn.Module, Tensor]]()
    if not attention.gives_contributions:
        return ""
    sites = [
        (stack, layer, attention.sites[stack][layer]) for stack in seen.stacks for layer in attention.attending(stack)
    ]
    handles = [
        module.register_forward_hook(lambda module, _given, output: gave.append((module, output)))
        for module in {site.projection for _stack, _layer, site in sites}
    ]
    seen.model.network(**seen.inputs)
    for handle in handles:
        handle.remove()
    added = {stack: seen.contributions(stack) for stack in seen.stacks}
    for stack, layer, site in sites:
        # A projection that layers share gives once for each.
        place = next(number for number, (module, _output) in enumerate(gave) if module is site.projection)
        output = gave.pop(place)[1].float()
        bias = getattr(site.projection, "bias", None)
        whole = output.reshape(added[stack].shape[-2:]) - (0 if bias is None else bias)
        gap = (torch.from_numpy(added[stack][layer].sum(axis=0)) - whole).abs().max().item()
        if not gap <= tolerance * max(1.0, whole.abs().max().item()):
            return f"heads of {stack} layer {layer} do not sum to what it gives: {gap}"
    return ""
