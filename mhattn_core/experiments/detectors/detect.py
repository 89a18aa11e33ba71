"""Every head of a model held against the patterns of known kinds of heads."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.values import rows_of_heads
from mhattn_core.experiments.detectors.copying import Copying
from mhattn_core.experiments.detectors.texts import Fed, corpus_texts, random_texts
from mhattn_core.measures.detectors import masks
from mhattn_core.measures.detectors.masks import SPECIAL
from mhattn_core.measures.detectors.names import PERIODS, TEXTS, WINDOWS
from mhattn_core.measures.detectors.table import Detections, StackDetector
from mhattn_core.models.model import Model
from mhattn_core.tap.gates import through_gates
from mhattn_core.tap.interface import Call
from mhattn_core.text.own_mask import OwnMask
from mhattn_core.text.reading import PairRecord

Tell = Callable[[int], object]
Found = dict[StackDetector, Detections]
_Sums = Mapping[str, Float[Tensor, "text head 2"]]
_Masks = Mapping[str, Float[Tensor, "text query key"]]

ON_REPEATED = {
    "previous_token": masks.previous_token,
    "duplicate_token": masks.duplicate_token,
    "first_occurrence": masks.first_occurrence,
    "induction": masks.induction,
}
AT_ONCE = 16
"""Texts that go through a network together."""


def detections(
    model: Model,
    records: Sequence[PairRecord] = (),
    own_mask: OwnMask | None = None,
    *,
    texts: int = TEXTS,
    windows: int = WINDOWS,
    tell: Tell = lambda _texts: None,
) -> Found:
    """What each detector counts on each of its texts, of every stack that attends to its own tokens. A detector that is
    not defined for a stack, or has nothing to count in any text, is not there.

    records: a corpus, for what is asked on natural text. texts, windows: how many are read, see ``random_texts`` and
    ``corpus_texts``; the first are the same however many follow.
    """
    found: Found = {}
    for kind in PERIODS:
        fed = random_texts(model, kind, texts=texts)
        if fed:
            wanted = ON_REPEATED if kind == "induction" else {kind: masks.induction}
            found |= _on_repeated(model, fed, wanted, copies=kind == "induction", tell=tell)
    if fed := corpus_texts(model, records, most=windows):
        found |= _on_corpus(model, fed, own_mask, tell)
    return {asked: of for asked, of in found.items() if any((sums[..., 1] > 0).any() for sums in of.sums.values())}


def _on_repeated(
    model: Model, fed: Fed, wanted: Mapping[str, Callable[..., Tensor]], *, copies: bool, tell: Tell
) -> Found:
    of_stacks = {stack: _masks_of(wanted, ids, stack) for stack, ids in fed.ids.items()}
    stack = next(iter(fed.ids))
    copying = Copying.of(model, fed.ids[stack], fed.inputs) if copies else None

    def measure(call: Call, projection: nn.Module | None, part: slice) -> _Sums:
        here = {name: mask[part] for name, mask in of_stacks[call.stack].items()}
        sums = _weights(call, here)
        if copying and projection is not None:
            shares = copying.part(part.start, part.stop).shares(call, projection)
            looked = (call.pattern.float() * here["induction"][:, None]).sum(dim=2)
            sums["copying"] = torch.stack([(looked * shares).sum(dim=-1), looked.sum(dim=-1)], dim=-1)
        return sums

    return _read(model, fed, measure, tell)


def _on_corpus(model: Model, fed: Fed, own_mask: OwnMask | None, tell: Tell) -> Found:
    wanted = {"induction.text": masks.induction, "sink.64": masks.first_token}
    of_stacks = {stack: dict(_masks_of(wanted, ids, stack)) for stack, ids in fed.ids.items()}
    if own_mask:
        for stack, ids in fed.ids.items():
            mask = torch.from_numpy(own_mask.over(ids.shape[1])).float().to(ids.device)
            seen = mask.tril() if stack == "decoder" else mask
            of_stacks[stack]["own_mask"] = seen.expand(len(ids), -1, -1)

    def measure(call: Call, projection: nn.Module | None, part: slice) -> _Sums:
        sums = _weights(call, {name: mask[part] for name, mask in of_stacks[call.stack].items()})
        if projection is not None:
            sums["output_norm"] = _output_norms(call, projection, fed.ids[call.stack][part] != SPECIAL)
        return sums

    return _read(model, fed, measure, tell)


def _masks_of(wanted: Mapping[str, Callable[..., Tensor]], ids: Tensor, stack: str) -> _Masks:
    return {name: mask(ids, causal=stack == "decoder").float() for name, mask in wanted.items()}


def _weights(call: Call, of: _Masks) -> dict[str, Float[Tensor, "text head 2"]]:
    """The weight on the keys that a mask names, and the queries for which it names any, by detector."""
    pattern = call.pattern.float()
    sums = {}
    for name, mask in of.items():
        queries = (mask > 0).any(dim=-1).sum(dim=-1).float()
        total = torch.einsum("thqk,tqk->th", pattern, mask)
        sums[name] = torch.stack([total, queries[:, None].expand_as(total)], dim=-1)
    return sums


def _output_norms(call: Call, projection: nn.Module, queries: Tensor) -> Float[Tensor, "text head 2"]:
    """The length of what each head adds to the text's tokens, and an even share of the lengths of all heads."""
    output = call.output.float()
    through = rows_of_heads(projection, *output.shape[2:]).float()
    # As in ``value_norms``: R^T alone keeps every length.
    lengths = torch.linalg.qr(through.transpose(1, 2), mode="r").R.transpose(1, 2)
    added = torch.einsum("tqhd,hde->tqhe", output, lengths).norm(dim=-1) * queries[..., None]
    total = added.sum(dim=1)
    return torch.stack([total, total.mean(dim=-1, keepdim=True).expand_as(total)], dim=-1)


@torch.no_grad()
def _read(model: Model, fed: Fed, measure: Callable[[Call, nn.Module | None, slice], _Sums], tell: Tell) -> Found:
    """Some texts at a time through the network below its head."""
    attention = model.attention
    parts: defaultdict[StackDetector, defaultdict[int, list[np.ndarray]]] = defaultdict(partial(defaultdict, list))
    here = slice(0, 0)

    def see(call: Call) -> None:
        if call.stack in fed.ids:
            for name, sums in measure(call, attention.sites[call.stack][call.layer].projection, here).items():
                parts[StackDetector(call.stack, name)][call.layer].append(sums.double().cpu().numpy())

    for start in range(0, len(fed), AT_ONCE):
        here = slice(start, min(start + AT_ONCE, len(fed)))
        some = fed.part(here.start, here.stop)
        cache = {} if model.stacks == ("encoder",) else {"use_cache": False}
        with through_gates(attention.sites, see) as shown, attention.watching(shown):
            model.network.base_model(**some.inputs, **cache)
        tell(len(some))
    return {
        asked: Detections({layer: np.concatenate(of) for layer, of in layers.items()}, fed.units)
        for asked, layers in parts.items()
    }
