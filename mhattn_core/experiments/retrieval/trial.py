"""One haystack, one answer: what a model writes, and where every head looks while it writes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from mhattn_core.attention.ablation import NOTHING, Ablation, switch_off
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.prepare_inputs import first_tokens
from mhattn_core.attention.stream import CELLS_OF_PART
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.haystack import Needle, filler, haystack

LONGEST_ANSWER = 50
"""Tokens: room to say the question again before the needle. As Wu et al. 2025."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A text as fed, ids ``[token]``, and the places of the answer in it."""

    ids: Int[np.ndarray, " token"]
    needle: Int[np.ndarray, " place"]


@dataclass(frozen=True, eq=False)
class WrittenAnswer:
    """``written``: the tokens; ``looked_at``: the key of each head's largest weight at the step that wrote each,
    −1 in layers that do not attend.
    """

    written: Int[np.ndarray, " step"]
    looked_at: Int[np.ndarray, "step layer head"]


def make_trial(model: Model, language: str, needle: Needle, *, length: int, depth: float, seed: int) -> Trial:
    """A haystack of at most ``length`` tokens, as many filler sentences as fit, the needle at ``depth``, 0 to 1 of the
    sentences; fewer where the model would have no room to answer. Raises ValueError where not even the needle fits.
    """
    length = min(length, model.longest - LONGEST_ANSWER)
    sentences, drawn, first = list[str](), filler(language, seed), list(first_tokens(model))
    used = len(_fed(model, haystack(language, needle, [], 0).text)) + len(first)
    if used > length:
        raise ValueError(f"{length} tokens hold no needle")
    while (used := used + len(_fed(model, " " + (sentence := next(drawn))))) <= length:
        sentences.append(sentence)
    while True:
        made = haystack(language, needle, sentences, round(depth * len(sentences)))
        pieces = encode(model, made.text, special=False).pieces
        if len(first) + len(pieces) <= length:
            break
        sentences.pop()  # a sentence may have fewer tokens by itself
    start, end = made.answer
    places = [at for at, piece in enumerate(pieces) if piece.side and piece.start < end and piece.end > start]
    return Trial(np.array([*first, *(piece.id for piece in pieces)]), np.array(places) + len(first))


@torch.no_grad()
def answer(model: Model, trial: Trial, ablate: Ablation | None = None) -> WrittenAnswer:
    """Let the model write behind the text, greedily, until it ends a line, or has written as many tokens as an
    answer may have. ablate: heads that are off (``zero``) all the while.
    """
    network, device = model.network, model.network.device
    ids = torch.from_numpy(trial.ids)[None].to(device)
    ends = _ends(model)
    past = _read(model, ids[:, :-1], ablate)
    token, written, looked = ids[:, -1:], list[int](), list[np.ndarray]()
    for _step in range(LONGEST_ANSWER):
        seen: dict[int, Tensor] = {}

        def see(call: Call, seen: dict[int, Tensor] = seen) -> Tensor | None:
            seen[call.layer] = call.pattern[0, :, -1].argmax(dim=-1)
            return switch_off(call, ablate, NOTHING) if ablate else None

        with model.attention.watching(see):
            output: Any = network(input_ids=token, past_key_values=past, use_cache=True)
        past, token = output.past_key_values, output.logits[:, -1:].argmax(dim=-1)
        written.append(int(token))
        looked.append(_layers(model, seen))
        if written[-1] in ends:
            break
    return WrittenAnswer(np.array(written), np.stack(looked))


def _read(model: Model, ids: Tensor, ablate: Ablation | None) -> Any:
    """What a network keeps of a text, keys and values; below its head, whose scores nobody needs."""
    if not ablate:
        return model.network.base_model(input_ids=ids, use_cache=True).past_key_values
    length, heads = ids.shape[1], model.attention.heads("decoder")
    size = max(CELLS_OF_PART // (heads * length), 1) if model.attention.reads_in_parts else length
    parts = [(start, min(start + size, length)) for start in range(0, length, size)]
    with model.attention.watching(lambda call: switch_off(call, ablate, NOTHING), lambda _stack: parts):
        return model.network.base_model(input_ids=ids, use_cache=True).past_key_values


def _layers(model: Model, seen: dict[int, Tensor]) -> Int[np.ndarray, "layer head"]:
    found = np.full((model.attention.layers("decoder"), model.attention.heads("decoder")), -1)
    for layer, keys in seen.items():
        found[layer] = keys.cpu().numpy()
    return found


def _ends(model: Model) -> set[int]:
    """Tokens with which an answer ends."""
    line_break = encode(model, "\n", special=False).pieces[-1:]
    known = {model.tokenizer.eos_token_id, *(piece.id for piece in line_break)}
    return {id_ for id_ in known if id_ is not None and id_ != model.tokenizer.unk_token_id}


def _fed(model: Model, text: str) -> list[int]:
    return [piece.id for piece in encode(model, text, special=False).pieces]
