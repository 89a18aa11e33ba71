"""How many heads have an attention sink, by the definition of Gu et al. 2025."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from mhattn_core.errors import Problem
from mhattn_core.experiments.detectors.texts import corpus_texts
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import WINDOW
from mhattn_core.models.model import Model
from mhattn_core.reproduce.causal import require_causal
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

BATCH = 10
EPSILON = 0.3
SHARE = "heads with a sink"


@torch.no_grad()
def sink_share(model: Model, records: Sequence[PairRecord]) -> Mapping[str, float]:
    """The share of heads whose first token gets more than 0.3 of the weight, in the mean over all 64 queries of a text,
    the first among them, and over texts, 0 to 1.

    records: read as detectors read them, see ``corpus_texts``. Raises Problem for a model that is not causal, and for
    records too short for one text. Source: Gu et al. 2025 (α₁, ε = 0.3, T = 64).
    """
    require_causal(model)
    fed = corpus_texts(model, records)
    if fed is None:
        raise Problem(
            _("These texts are too short: none of their documents has {tokens} tokens.").format(tokens=WINDOW),
            _("Give another file with --data FILE."),
        )
    weights: dict[int, np.ndarray] = {}

    def watch(call: Call) -> None:
        on_first = call.pattern[..., 0].double().mean(dim=2).sum(dim=0).cpu().numpy()
        weights[call.layer] = weights.get(call.layer, 0) + on_first

    for start in range(0, len(fed), BATCH):
        with model.attention.watching(watch):
            model.network.base_model(**fed.part(start, start + BATCH).inputs, use_cache=False)
    means = np.concatenate(list(weights.values())) / len(fed)
    return {SHARE: float((means > EPSILON).mean())}
