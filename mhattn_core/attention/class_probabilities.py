"""What a classifier says of a pair, with heads switched off or on."""

import pandas as pd
import torch
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, check, switch_off
from mhattn_core.attention.attend import NO_ABLATION, AttentionResult
from mhattn_core.attention.objectives import log_probabilities
from mhattn_core.attention.replacements import pair_replacements
from mhattn_core.tap.interface import Call


@torch.no_grad()
def class_probabilities(seen: AttentionResult, ablate: Ablation = NO_ABLATION) -> pd.DataFrame:
    """class (its name in the model's config), probability; of a reranker, whose one output is a log odds, 0 and 1.

    Raises Problem as ``attend``; ValueError for a model that is no classifier.
    """
    model = seen.model
    if model.head != "class":
        raise ValueError("only classifiers have classes")
    check(model, ablate)
    replacements = pair_replacements(model, seen.inputs, ablate, seen.pair)

    def watch(call: Call) -> Tensor:
        return switch_off(call, ablate, replacements)

    with model.attention.watching(watch):
        found = log_probabilities(model.network(**seen.inputs).logits.float())[0].exp().cpu().numpy()
    names = model.network.config.id2label if model.network.config.num_labels > 1 else {}
    return pd.DataFrame(
        {"class": [names.get(number, str(number)) for number in range(len(found))], "probability": found}
    )
