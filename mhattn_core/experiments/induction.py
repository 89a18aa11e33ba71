"""Previous-token and induction heads of a causal model, on tokens that mean nothing and repeat."""

import numpy as np
import pandas as pd
import torch

from mhattn_core.attention.prepare_inputs import first_tokens
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.induction import PERIOD, REPEATS, TEXTS
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call

COMMONEST, RAREST = 0.1, 0.1
"""Shares of the vocabulary that are left out at its two ends."""


@torch.no_grad()
def induction_scores(model: Model, *, texts: int = TEXTS, seed: int = 0) -> pd.DataFrame:
    """model, layer, head, previous_token, induction: means over texts of 25 random tokens that stand four times after
    the first token, where the model has one.

    previous_token: mean weight on the token before. induction: mean weight, from the second round on, on the tokens
    that followed this one in earlier rounds, summed over rounds. Range: 0 to 1. Vocabularies are taken to be ordered by
    frequency, as byte-pair ones are.
    Raises Problem for a model that is not causal.
    Source: Olsson et al. 2022, appendix; how the two ends are cut off, and the number of texts, are ours.
    """
    if model.stacks != ("decoder",):
        raise Problem(
            _("“{name}” is not a causal language model.").format(name=model.name),
            _("Induction heads are looked for in models that read from left to right, such as smollm2."),
        )
    known = min(len(model.tokenizer), model.tables["input_ids"].tokens)
    drawn = torch.from_numpy(repeated(known, texts, set(model.tokenizer.all_special_ids), seed))
    first = torch.tensor(first_tokens(model), dtype=drawn.dtype).expand(texts, -1)
    ids = torch.cat([first, drawn], dim=1).to(model.network.device)
    rows: list[pd.DataFrame] = []

    def watch(call: Call) -> None:
        previous, induction = scores_of(call.pattern.float())
        heads = range(call.pattern.shape[1])
        rows.append(
            pd.DataFrame(
                {"layer": call.layer, "head": heads, "previous_token": previous.cpu(), "induction": induction.cpu()}
            )
        )

    with model.attention.watching(watch):
        model.network.base_model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
    return pd.concat(rows, ignore_index=True).assign(model=model.name)[
        ["model", "layer", "head", "previous_token", "induction"]
    ]


def repeated(vocabulary: int, texts: int, special: set[int], seed: int) -> np.ndarray:
    """Ids ``[text, 100]``: 25 different tokens from the middle of the vocabulary, four times over."""
    middle = np.setdiff1d(np.arange(int(vocabulary * COMMONEST), int(vocabulary * (1 - RAREST))), list(special))
    random = np.random.default_rng(seed)
    return np.stack([np.tile(random.choice(middle, PERIOD, replace=False), REPEATS) for _text in range(texts)])


def scores_of(pattern: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Previous-token and induction score of each head, ``[head]``, from patterns ``[text, head, 101, 101]``, or 100
    without a first token.
    """
    rounds = range(1, REPEATS)
    first = pattern.shape[-1] - PERIOD * REPEATS
    at = torch.arange(first + PERIOD, first + PERIOD * REPEATS, device=pattern.device)
    total = sum(
        pattern[..., at, :].gather(3, _back(pattern, at, PERIOD * number - 1)).squeeze(3)
        * (at >= first + PERIOD * number)
        for number in rounds
    )
    return pattern.diagonal(-1, 2, 3).mean(dim=(0, 2)), torch.as_tensor(total).mean(dim=(0, 2))


def _back(pattern: torch.Tensor, at: torch.Tensor, step: int) -> torch.Tensor:
    return (at - step).clamp(min=0)[:, None].expand(*pattern.shape[:2], -1, 1)
