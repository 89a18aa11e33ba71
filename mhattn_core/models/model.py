"""A loaded model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Literal

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from mhattn_core.models.pooling import MEAN, Pooling
from mhattn_core.tap.survey import AttentionMap
from mhattn_core.tap.tables import Tables, tables

POSITIONS = ("max_position_embeddings", "n_positions", "max_seq_len")
"""What configs call the longest text."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network on the tap with its tokenizer; many threads may use it at once.

    ``revision`` names the weights: the Hub's commit, or the first twelve digits of the files' SHA-256.
    ``head`` says what the network can do beyond encoding: a language-model head, a classifier, or nothing.
    ``tokenizing`` guards the tokenizer, which keeps state (padding, the language of the target side).
    ``pooling``: how it makes one vector of a sentence, as its folder says; ``behind_pooling``: the layers that follow.
    ``writer``: of a translator's random control, the trained model, whose sentences it is shown where none is given.
    """

    name: str
    revision: str
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    attention: AttentionMap
    head: Literal["language", "class"] | None
    tokenizing: RLock = field(default_factory=RLock, repr=False)
    writer: "Model | None" = field(default=None, repr=False)
    pooling: tuple[Pooling, ...] = MEAN
    behind_pooling: nn.Module = field(default_factory=nn.Sequential, repr=False)

    @property
    def family(self) -> str:
        return str(self.network.config.model_type)

    @property
    def stacks(self) -> tuple[str, ...]:
        return self.attention.stacks

    @cached_property
    def tables(self) -> Mapping[str, Tables]:
        """How many tokens and positions the network knows, by the input that it reads them from."""
        return tables(self.network)

    @property
    def longest(self) -> int:
        """How many tokens one sequence may have; of an encoder–decoder, one that the encoder reads."""
        return self._longest("input_ids", "encoder")

    @property
    def longest_target(self) -> int:
        """How many tokens the decoder of an encoder–decoder may be shown."""
        return self._longest("decoder_input_ids", "decoder")

    def _longest(self, name: str, side: str) -> int:
        """The least of what the tokenizer says, the config says, and the table of positions holds."""
        own = getattr(self.network.config, side, None)
        config = (own if isinstance(own, PreTrainedConfig) else self.network.config).get_text_config()
        stated = (getattr(config, positions, None) for positions in POSITIONS)
        limits = (self.tables[name].positions, *stated)
        # XLNet's -1 says that it takes any length.
        return int(
            min(
                self.tokenizer.model_max_length,
                *(limit for limit in limits if isinstance(limit, int) and limit > 0),
                float("inf"),
            )
        )
