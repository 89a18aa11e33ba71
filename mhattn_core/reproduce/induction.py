"""Induction heads on random tokens that stand twice, as tutorials measure them."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.errors import Problem
from mhattn_core.experiments.detectors.texts import random_texts
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import PERIODS
from mhattn_core.models.model import Model
from mhattn_core.reproduce.causal import require_causal
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

TWICE = "induction.2x50"
PERIOD, _TIMES = PERIODS[TWICE]


@torch.no_grad()
def repeated_once(model: Model, _records: Sequence[PairRecord] = ()) -> Mapping[str, float]:
    """The induction score of each head, by its name, 0 to 1: the mean of ``stripe`` over texts of 50 random tokens that
    stand twice after the first token.

    Raises Problem for a model that is not causal, or takes no such texts.
    """
    require_causal(model)
    fed = random_texts(model, TWICE)
    if fed is None:
        raise Problem(
            _("“{name}” takes no texts of {tokens} random tokens.").format(name=model.name, tokens=2 * PERIOD),
            _("Choose a causal model, such as smollm2."),
        )
    scores: dict[str, float] = {}

    def watch(call: Call) -> None:
        for head, score in enumerate(stripe(call.pattern.float()).tolist()):
            scores[head_name(call.layer, head)] = score

    with model.attention.watching(watch):
        model.network.base_model(**fed.inputs, use_cache=False)
    return scores


def stripe(pattern: Float[Tensor, "text head query key"]) -> Float[Tensor, " head"]:
    """The mean weight of each query on the key 49 tokens before it, over all queries that have one.

    The first of these queries are not of the second round: of 52 after a first token two are none that induction could
    answer, so that even a perfect head may stay below 1. The detector of this name leaves them out.
    """
    return pattern.diagonal(1 - PERIOD, 2, 3).mean(dim=(0, 2))
