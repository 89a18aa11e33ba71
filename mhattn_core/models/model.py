"""A loaded model."""

from dataclasses import dataclass, field
from threading import RLock
from typing import Literal

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from mhattn_core.tap import AttentionMap


@dataclass(frozen=True, eq=False)
class Model:
    """A network on the tap with its tokenizer; many threads may use it at once.

    ``revision`` names the weights: the Hub's commit, or the first twelve digits of the files' SHA-256.
    ``head`` says what the network can do beyond encoding: a language-model head, a classifier, or nothing.
    ``tokenizing`` guards the tokenizer, which keeps state (padding, the language of the target side).
    """

    name: str
    revision: str
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    attention: AttentionMap
    head: Literal["language", "class"] | None
    tokenizing: RLock = field(default_factory=RLock, repr=False)

    @property
    def family(self) -> str:
        return str(self.network.config.model_type)

    @property
    def stacks(self) -> tuple[str, ...]:
        return self.attention.stacks

    @property
    def longest(self) -> int:
        """How many tokens one sequence may have."""
        limits = [self.tokenizer.model_max_length]
        positions = getattr(self.network.config, "max_position_embeddings", None) or getattr(self.network.config, "n_positions", None)
        # XLNet's -1 says that it takes any length.
        if positions and positions > 0:
            # RoBERTa's positions start behind the padding index.
            limits.append(positions - (2 if self.family in {"roberta", "xlm-roberta", "camembert"} else 0))
        return min(limits)
