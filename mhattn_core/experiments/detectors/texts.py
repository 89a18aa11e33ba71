"""What detectors are read on: random tokens that repeat, and pieces of a corpus of equal length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from mhattn_core.attention.pieces import encode
from mhattn_core.attention.prepare_inputs import first_tokens, shift_right
from mhattn_core.errors import Problem
from mhattn_core.measures.detectors.masks import SPECIAL
from mhattn_core.measures.detectors.names import PERIODS, TEXTS, WINDOW, WINDOWS
from mhattn_core.measures.sample import sampled
from mhattn_core.models.model import Model
from mhattn_core.models.quiet import quiet
from mhattn_core.text.contexts import joined
from mhattn_core.text.reading import PairRecord

COMMONEST, RAREST = 0.1, 0.1
"""Shares of the vocabulary that are left out at its two ends."""
FED = {"encoder": "input_ids", "decoder": "decoder_input_ids"}
"""By stack of an encoder–decoder, what its tokens are read from."""


@dataclass(frozen=True, eq=False)
class Fed:
    """Texts of one length. ``inputs``: as the network takes them; ``ids``: of each stack the tokens of its queries and
    keys, ``SPECIAL`` where one belongs to no text; ``units``: what is resampled as one, of each text.
    """

    inputs: dict[str, Int[Tensor, "text _token"]]
    ids: dict[str, Int[Tensor, "text _token"]]
    units: Sequence[str]

    def __len__(self) -> int:
        return len(self.units)

    def part(self, start: int, stop: int) -> "Fed":
        """Some of the texts."""
        here = slice(start, stop)
        inputs, ids = ({name: of[here] for name, of in all_of.items()} for all_of in (self.inputs, self.ids))
        return Fed(inputs, ids, self.units[here])


def repeated(vocabulary: int, texts: int, special: set[int], seed: int, *, period: int, times: int) -> np.ndarray:
    """Ids ``[text, period × times]``: so many different tokens from the middle of the vocabulary, so many times over.

    Vocabularies are taken to be ordered by frequency, as byte-pair ones are. Raises ValueError where the middle has too
    few tokens.
    """
    middle = np.setdiff1d(np.arange(int(vocabulary * COMMONEST), int(vocabulary * (1 - RAREST))), list(special))
    random = np.random.default_rng(seed)
    return np.stack([np.tile(random.choice(middle, period, replace=False), times) for _text in range(texts)])


def random_texts(model: Model, kind: str, *, texts: int = TEXTS, seed: int = 0) -> Fed | None:
    """Texts of random tokens, of the kind that ``PERIODS`` names; the decoder of an encoder–decoder reads the same ones
    as its encoder. None for a model whose texts must be shorter, whose vocabulary is too small, or whose decoder has no
    first token.
    """
    period, times = PERIODS[kind]
    special = set(model.tokenizer.all_special_ids)
    longest = min(model.longest, model.longest_target if "cross" in model.stacks else model.longest)
    known = min(len(model.tokenizer), *(of_input.tokens for of_input in model.tables.values()))
    before, after = _around(model)
    if period * times + len(before) + len(after) > longest:
        return None
    try:
        drawn = repeated(known, texts, special, seed, period=period, times=times)
        return _fed(model, drawn, [f"{kind} {number}" for number in range(texts)])
    except (ValueError, Problem):
        return None


def corpus_texts(model: Model, records: Sequence[PairRecord], *, most: int = WINDOWS) -> Fed | None:
    """Pieces of ``WINDOW`` tokens, special ones among them, that do not overlap, of the first texts of consecutive
    records of one document; what is left at its end is left out. At most ``most``, chosen by a hash of their tokens.

    None for a corpus without one, a model that takes no text so long, and encoder–decoders, whose decoder writes what
    its encoder reads and has no text of its own.
    """
    before, after = _around(model)
    size = WINDOW - len(before) - len(after)
    if "cross" in model.stacks or model.longest < WINDOW:
        return None
    windows = [(window, unit) for ids, unit in _documents(model, records) for window in _windows(ids, size)]
    chosen = [windows[place] for place in sampled([str(window) for window, _unit in windows], most)]
    if not chosen:
        return None
    # Where no documents are known, each piece is drawn by itself.
    units = [unit or str(window) for window, unit in chosen]
    return _fed(model, np.array([window for window, _unit in chosen]), units)


def _documents(model: Model, records: Sequence[PairRecord]) -> Iterator[tuple[list[int], str]]:
    """The tokens of each document, and its name; a text that the tokenizer cannot read is left out."""
    for document, of_document in groupby(records, key=lambda record: record.document):
        text = ""
        for record in of_document:
            text = joined(text, record.pair.a.text) if record.pair.a else text
        try:
            with quiet():  # a document is longer than what is read of it at once
                pieces = encode(model, text, special=False).pieces if text else ()
            yield [piece.id for piece in pieces], document
        except Problem:
            continue


def _windows(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids) - size + 1, size):
        yield ids[start : start + size]


def _around(model: Model) -> tuple[list[int], list[int]]:
    """The special tokens before and after a text: those that the tokenizer adds, of a causal model its first token."""
    if model.stacks == ("decoder",):
        return list(first_tokens(model)), []
    bare, whole = ([piece.id for piece in encode(model, "a", special=special).pieces] for special in (False, True))
    start = next((at for at in range(len(whole)) if whole[at : at + len(bare)] == bare), 0)
    return whole[:start], whole[start + len(bare) :]


def _fed(model: Model, drawn: np.ndarray, units: Sequence[str]) -> Fed:
    device = model.network.device
    before, after = _around(model)
    whole = _with(drawn, before, after)
    inputs = {"input_ids": whole, "attention_mask": np.ones_like(whole)}
    (first, *others) = (stack for stack in model.stacks if stack != "cross")
    ids = {first: _with(drawn, [SPECIAL] * len(before), [SPECIAL] * len(after))}
    for stack in others:
        # The last label is never read, whatever it is.
        start = shift_right(model, drawn[0, :2].tolist())[:1]
        inputs[FED[stack]], ids[stack] = _with(drawn, start, []), _with(drawn, [SPECIAL], [])
    as_tensors = {name: torch.from_numpy(of).to(device) for name, of in inputs.items()}
    return Fed(as_tensors, {stack: torch.from_numpy(of).to(device) for stack, of in ids.items()}, units)


def _with(drawn: np.ndarray, before: list[int], after: list[int]) -> np.ndarray:
    ends = [np.tile(np.array(some, dtype=drawn.dtype), (len(drawn), 1)) for some in (before, after)]
    return np.concatenate([ends[0], drawn, ends[1]], axis=1)
