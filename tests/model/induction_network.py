"""A network of two attention layers that is trained here to say again what it has read: its heads are known by what breaks
without them.
"""

from functools import cache

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from mhattn_core.models.model import Model
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.survey import survey

VOCABULARY, FIRST, LONGEST = 72, 0, 128
BEGIN = "[BOS]"
STEPS, ROWS, LENGTH, RATE = 450, 16, 64, 2e-2


def words() -> PreTrainedTokenizerFast:
    """A token a word, ``w1`` to ``w71``, behind [BOS]."""
    ids = {BEGIN: FIRST} | {f"w{number}": number for number in range(1, VOCABULARY)}
    tokenizer = Tokenizer(WordLevel(ids, unk_token=BEGIN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=BEGIN, model_max_length=LONGEST)


def repeating(random: torch.Generator, rows: int, length: int, period: int) -> Tensor:
    """Ids ``[row, length]``: [BOS], then words drawn anew for each row that come back after ``period``."""
    drawn = torch.stack([torch.randperm(VOCABULARY - 1, generator=random)[:period] + 1 for _row in range(rows)])
    times = -(-length // period)
    return torch.cat([torch.full((rows, 1), FIRST), drawn.repeat(1, times)[:, : length - 1]], dim=1)


class Silent(nn.Module):
    """In the place of a feed-forward layer: adds nothing, so that the network has attention only."""

    def forward(self, hidden: Tensor) -> Tensor:
        return torch.zeros_like(hidden)


class AttentionOnly(LlamaForCausalLM):
    """Llama without feed-forward layers."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__(config)
        for layer in self.model.layers:
            layer.mlp = Silent()


def untrained(seed: int = 0) -> AttentionOnly:
    """Two layers of two heads, with weights drawn at random."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=LONGEST,
        bos_token_id=FIRST,
        eos_token_id=None,
        initializer_range=0.1,
        tie_word_embeddings=False,
    )
    torch.manual_seed(seed)
    network: AttentionOnly = AttentionOnly._from_config(
        config, attn_implementation=implementation_for(LlamaForCausalLM), dtype=torch.float32
    )
    return network


def as_model(network: AttentionOnly, name: str) -> Model:
    """The network on the tap."""
    network = network.eval().requires_grad_(False)
    return Model(name, "made", network, words(), survey(network), "language")


@cache
def trained() -> Model:
    """Trained for some seconds on texts that repeat after 8 to 29 words, asked from the second round on."""
    network, random, periods = untrained().train(), torch.Generator().manual_seed(0), np.random.default_rng(0)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.1)
    for _step in range(STEPS):
        period = int(periods.integers(8, 30))
        ids = repeating(random, ROWS, LENGTH, period)
        scores = network(input_ids=ids, use_cache=False).logits[:, period:-1]
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), ids[:, period + 1 :].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return as_model(network, "inducer")
