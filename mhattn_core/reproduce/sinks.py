"""How many heads have an attention sink, by the definition of Gu et al. 2025."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Int

from mhattn_core.attention.pieces import encode
from mhattn_core.attention.prepare_inputs import first_tokens
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.reading import PairRecord

LENGTH, MOST_TEXTS, BATCH = 64, 100, 10
EPSILON = 0.3
SHARE = "heads with a sink"


@torch.no_grad()
def sink_share(model: Model, records: Sequence[PairRecord]) -> Mapping[str, float]:
    """The share of heads whose first token gets more than 0.3 of the weight, in the mean over the 64 queries of a text
    and over at most 100 texts, 0 to 1.

    A text is the first token, where the model has one, and what follows of the records' first sentences, one behind
    another, without overlap. Raises Problem for a model that is not causal, and for records too short for one text.
    Source: Gu et al. 2025 (α₁, ε = 0.3, T = 64).
    """
    if model.stacks != ("decoder",):
        raise Problem(
            _("“{name}” is not a causal language model.").format(name=model.name),
            _("Attention sinks are counted in models that read from left to right, such as smollm2."),
        )
    texts = np.array(list(_texts(model, records))[:MOST_TEXTS])
    if not len(texts):
        raise Problem(
            _("These texts are too short: together they have fewer than {tokens} tokens.").format(tokens=LENGTH),
            _("Give another file with --data FILE."),
        )
    weights: dict[int, np.ndarray] = {}

    def watch(call: Call) -> None:
        on_first = call.pattern[..., 0].double().mean(dim=2).sum(dim=0).cpu().numpy()
        weights[call.layer] = weights.get(call.layer, 0) + on_first

    for start in range(0, len(texts), BATCH):
        ids = torch.from_numpy(texts[start : start + BATCH]).to(model.network.device)
        with model.attention.watching(watch):
            model.network.base_model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
    means = np.concatenate(list(weights.values())) / len(texts)
    return {SHARE: float((means > EPSILON).mean())}


def _texts(model: Model, records: Sequence[PairRecord]) -> Iterator[Int[np.ndarray, " 64"]]:
    first, ids = list(first_tokens(model)), list[int]()
    for record in records:
        ids += [piece.id for piece in encode(model, record.pair.a.text, special=False).pieces]
        while len(first) + len(ids) >= LENGTH:
            used = LENGTH - len(first)
            yield np.array([*first, *ids[:used]])
            ids = ids[used:]
