"""TransformerLens beside us, where it is installed (it need not be) and loads the model from memory."""

from importlib.util import find_spec

import torch
from torch import Tensor

from mhattn_core.bench.eager import Patterns, eager_copy
from mhattn_core.models.model import Model


def run_with_cache(model: Model) -> Patterns | str:
    """Patterns as ``TransformerBridge.run_with_cache`` of TransformerLens 4 gives them, nothing else kept; or why it
    does not.
    """
    if find_spec("transformer_lens") is None:
        return "not installed"
    from transformer_lens.model_bridge import TransformerBridge

    try:
        bridge = TransformerBridge.boot_transformers(
            model.name, hf_model=eager_copy(model.network), tokenizer=model.tokenizer
        )
    except (AttributeError, KeyError, ValueError):
        # Of a BERT without a language head, for one, it asks for parts that are not there.
        return "does not load it"

    def patterns(inputs: dict[str, Tensor]) -> Tensor:
        _logits, cache = bridge.run_with_cache(
            inputs["input_ids"], names_filter=lambda name: name.endswith("hook_pattern")
        )
        return torch.stack([cache[name] for name in cache])[:, 0]

    return patterns
