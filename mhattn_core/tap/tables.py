"""What a network looks up by token and by position, found by watching one forward."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import embedding
from torch.overrides import TorchFunctionMode
from transformers import PreTrainedModel

# Of two lengths, and in no order that positions could have.
SOURCE, TARGET = (0, 2, 1, 0, 2), (1, 0, 3, 2)


class Tables(NamedTuple):
    """tokens: rows of the embedding of tokens. positions: how many tokens have a position in a table, None where there
    is no such table.
    """

    tokens: int
    positions: int | None


def tables(network: PreTrainedModel) -> dict[str, Tables]:
    """By the input that is looked up: ``input_ids``, and of an encoder–decoder ``decoder_input_ids``.

    A table of positions is one in which a sequence is looked up at numbers that follow one another; what stands before
    the first of them (two rows of BART and OPT, as far as the padding index of RoBERTa) is no position. One that grows
    when it is too short is none.
    """
    middle = network.get_input_embeddings().weight.shape[0] // 2
    names = {"input_ids": SOURCE} | ({"decoder_input_ids": TARGET} if network.config.is_encoder_decoder else {})
    inputs = {name: torch.tensor([ids], device=network.device) + middle for name, ids in names.items()}
    with torch.no_grad(), _LookUps() as look_ups:
        network(**inputs, attention_mask=torch.ones_like(inputs["input_ids"]))
    rows = network.get_input_embeddings().weight.shape[0]
    return {name: _tables(ids[0], look_ups.seen, rows) for name, ids in inputs.items()}


class _LookUps(TorchFunctionMode):
    """Keeps what is looked up in tables in this thread: the numbers of one row, and how many rows the table has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Tensor, int]] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func is embedding and args[0].numel() == max(args[0].shape, default=0):
            self.seen.append((args[0].flatten(), args[1].shape[0]))
        return func(*args, **kwargs or {})


def _tables(ids: Tensor, look_ups: list[tuple[Tensor, int]], rows_of_input: int) -> Tables:
    """rows_of_input: of the embedding, where it is not looked up by the tokens themselves (several codebooks in
    one).
    """
    here = [(numbers, rows) for numbers, rows in look_ups if len(numbers) == len(ids)]
    follow = torch.arange(len(ids), device=ids.device)
    positions = [rows - int(numbers[0]) for numbers, rows in here if torch.equal(numbers, numbers[0] + follow)]
    tokens = (rows for numbers, rows in here if torch.equal(numbers, ids))
    return Tables(min(tokens, default=rows_of_input), min(positions, default=None))
