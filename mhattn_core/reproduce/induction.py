"""Induction heads on random tokens that stand twice, as tutorials measure them."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.prepare_inputs import first_tokens
from mhattn_core.errors import Problem
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

PERIOD, TEXTS, SEED = 50, 10, 0


@torch.no_grad()
def repeated_once(model: Model, _records: Sequence[PairRecord] = ()) -> Mapping[str, float]:
    """The induction score of each head, by its name, 0 to 1: the mean of ``stripe`` over texts of 50 random tokens that
    stand twice after the first token.

    Raises Problem for a model that is not causal.
    """
    if model.stacks != ("decoder",):
        raise Problem(
            _("“{name}” is not a causal language model.").format(name=model.name),
            _("Induction heads are looked for in models that read from left to right, such as smollm2."),
        )
    known = min(len(model.tokenizer), model.tables["input_ids"].tokens)
    drawn = np.tile(np.random.default_rng(SEED).integers(known, size=(TEXTS, PERIOD)), 2)
    first = np.tile(first_tokens(model), (TEXTS, 1)).astype(drawn.dtype)
    ids = torch.from_numpy(np.concatenate([first, drawn], axis=1)).to(model.network.device)
    scores: dict[str, float] = {}

    def watch(call: Call) -> None:
        for head, score in enumerate(stripe(call.pattern.float()).tolist()):
            scores[head_name(call.layer, head)] = score

    with model.attention.watching(watch):
        model.network.base_model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
    return scores


def stripe(pattern: Float[Tensor, "text head query key"]) -> Float[Tensor, " head"]:
    """The mean weight of each query on the key 49 tokens before it, over all queries that have one.

    The first of these queries are not of the second round: of 52 after a first token two are none that induction could
    answer, so that even a perfect head may stay below 1.
    """
    return pattern.diagonal(1 - PERIOD, 2, 3).mean(dim=(0, 2))
