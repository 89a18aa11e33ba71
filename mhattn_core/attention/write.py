"""Letting a network write token after token, ended where it writes one that it cannot read."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model


def write(
    model: Model,
    options: Mapping[str, Any],
    on_token: Callable[[Int[Tensor, "sequence position"]], object] = lambda _tokens: None,
) -> Int[Tensor, "sequence position"]:
    """``generate`` with these options: the tokens ``[sequence, position]``. on_token: shown all tokens after each step.

    Raises Problem for a token that has no row in the network's embedding, as a language head or a language code of the
    tokenizer that is larger than the embedding brings about.
    """
    network: Any = model.network
    rows = list(model.tables.values())[-1].tokens

    def goes_beyond(tokens: Tensor, _scores: object, **_options: object) -> Tensor:
        on_token(tokens)
        return tokens[:, -1] >= rows

    begins = getattr(network.generation_config, "decoder_start_token_id", None) if "cross" in model.stacks else None
    if isinstance(begins, int) and begins >= rows:
        raise _beyond(model, begins, rows)
    tokens: Tensor = network.generate(**options, stopping_criteria=[goes_beyond])
    if (last := int(torch.max(tokens))) >= rows:
        raise _beyond(model, last, rows)
    return tokens


def _beyond(model: Model, id_: int, rows: int) -> Problem:
    return Problem(
        _("“{name}” writes a token that it cannot read: number {token}, where its embedding has {rows} rows.").format(
            name=model.name, token=id_, rows=rows
        ),
        _("Type what it should read, or get config.json, the tokenizer and the weights again, from the same place."),
    )
