"""The few tokens that a network is surveyed with."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

# Two lengths that differ, so that a pattern with its axes swapped or cut to a window is noticed.
SOURCE_LENGTH, TARGET_LENGTH = 7, 5


def dummy_inputs(network: PreTrainedModel) -> dict[str, Tensor]:
    """A few ordinary tokens; of an encoder–decoder, fewer on the decoder's side."""

    def tokens(length: int) -> Tensor:
        # From the middle of the vocabulary, where no special tokens are.
        middle = _vocabulary(network) // 2
        return torch.arange(middle, middle + length, device=network.device).unsqueeze(0)

    inputs = {"input_ids": tokens(SOURCE_LENGTH)}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if network.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = tokens(TARGET_LENGTH)
    return inputs


def _vocabulary(network: PreTrainedModel) -> int:
    try:
        return int(network.get_input_embeddings().weight.shape[0])
    except (AttributeError, NotImplementedError):
        return int(getattr(network.config.get_text_config(), "vocab_size", 256))  # bytes need no table
