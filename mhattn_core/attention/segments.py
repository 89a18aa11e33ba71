"""What the words of a summary take from the segments of a document, in windows where the document is too long for one
forward.

Nothing of a layer's pattern outlives its call but sums over segments, so that a long document costs time and no memory.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int

from mhattn_core.attention.attend import not_in_full
from mhattn_core.attention.layers import over_layers
from mhattn_core.attention.model_inputs import ModelInputs
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.summary_task import summary_feeding, summary_prefix
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import word_axis
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.documents import Document
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import Sentence

Rows = Literal["awo", "awi"]
LONGEST_WINDOW = 1024
"""Tokens of one forward: attention's cost grows with the square."""
SPECIALS = 12
"""Room for what a tokenizer adds around two texts."""


class SegmentPart(NamedTuple):
    """Words ``start`` to ``end`` of a segment."""

    segment: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class SegmentWeights:
    """How much of its attention each word of the summary gives the words of each segment.

    weights: float32 ``[layer, head, summary word, segment]``, NaN for a word that no token stands for; own: what goes
    to words of the summary itself (0 for cross-attention); with what goes to special tokens they make one. words: of
    each segment. windows: the parts of the document that were read together; weights of several windows are their mean,
    each counted by its words, so that a head that looks everywhere alike gives each segment its share of the words.
    prefix: what the model read before each window because its configuration asks for it; its tokens count as special
    ones, to no segment.
    """

    stack: str
    weights: Float[np.ndarray, "layer head summary_word segment"]
    own: Float[np.ndarray, "layer head summary_word"]
    words: Int[np.ndarray, " segment"]
    windows: tuple[tuple[SegmentPart, ...], ...]
    prefix: str = ""


@torch.no_grad()
def segment_weights(
    model: Model,
    document: Document,
    summary: Sentence,
    *,
    rows: Rows = "awo",
    window: int = LONGEST_WINDOW,
    tell: Callable[[int, int], None] = lambda _done, _windows: None,
) -> SegmentWeights:
    """Show a document and its summary to a translator-like model (cross-attention) or to a causal model (document, line
    break, summary).

    rows: ``awo``, the step that predicts a piece of the word, or ``awi``, the step that reads it. window: most tokens
    of one forward.
    tell: told after each window how many of how many are done; what it raises ends the work.
    Raises Problem for an encoder, an empty summary, and one that leaves no room for the document.
    Source: Kobayashi et al. 2020, section 5, for the rows.
    """
    stack = writing_stack(model)
    if stack is None:
        raise Problem(
            _("“{name}” is an encoder: it reads a document, but writes no summary.").format(name=model.name),
            _("Choose a causal model such as smollm2, or one with cross-attention."),
        )
    if not summary:
        raise Problem(_("There is no summary."), _("Type one, or let a model write it."))
    parts = windows(model, document, summary, longest=min(window, model.longest))
    counts = np.array(document.words)
    sums: list[np.ndarray] = []
    for number, part in enumerate(parts):
        read = sum(piece.end - piece.start for piece in part)
        found = _window(model, stack, document, summary, part, rows) * (read / counts.sum())
        sums = [found] if not sums else [sums[0] + found]
        tell(number + 1, len(parts))
    return SegmentWeights(stack, sums[0][..., :-1], sums[0][..., -1], counts, tuple(parts), summary_prefix(model))


def writing_stack(model: Model) -> str | None:
    """Where the words that a model writes take from those that it reads; None for an encoder, which writes nothing."""
    return next((stack for stack in ("cross", "decoder") if stack in model.stacks), None)


def windows(model: Model, document: Document, summary: Sentence, *, longest: int) -> list[tuple[SegmentPart, ...]]:
    """Whole segments as long as they fit with the summary into ``longest`` tokens; a segment that fits nowhere is cut
    between words.
    """
    beside = summary_prefix(model) if "cross" in model.stacks else summary.text
    own = len(encode(model, beside, special=False).pieces) if beside else 0
    room = longest - own - SPECIALS
    if room < longest // 4:
        raise Problem(
            _("The summary has {tokens} tokens and leaves no room for the document; “{name}” takes {longest}.").format(
                tokens=own, name=model.name, longest=longest
            ),
            _("Shorten the summary, or choose a model that takes longer text."),
        )
    made: list[list[SegmentPart]] = [[]]
    used = 0
    for segment, sentence in enumerate(document.sentences):
        tokens = _tokens_of_words(model, sentence)
        for start, end in _cuts(tokens, room):
            needed = int(tokens[start:end].sum()) + 1
            if made[-1] and used + needed > room:
                made.append([])
                used = 0
            made[-1].append(SegmentPart(segment, start, end))
            used += needed
    return [tuple(window) for window in made]


def _tokens_of_words(model: Model, sentence: Sentence) -> Int[np.ndarray, " word"]:
    """int ``[word]``: pieces that begin in each word or before it."""
    starts = np.array([word.start for word in sentence.words[1:]], dtype=int)
    pieces = np.array([piece.start for piece in encode(model, sentence.text, special=False).pieces], dtype=int)
    # A special token that somebody typed says no start: it counts with the piece before it.
    return np.bincount(
        np.searchsorted(starts, np.maximum.accumulate(pieces), side="right"), minlength=len(sentence.words)
    )


def _cuts(tokens: Int[np.ndarray, " word"], room: int) -> list[tuple[int, int]]:
    """Words start to end, each stretch within the room; a single word may exceed it, and then the model refuses."""
    cuts, start = [], 0
    for end in range(1, len(tokens) + 1):
        if end == len(tokens) or tokens[start : end + 1].sum() >= room:
            cuts.append((start, end))
            start = end
    return cuts


def _window(
    model: Model, stack: str, document: Document, summary: Sentence, parts: Sequence[SegmentPart], rows: Rows
) -> Float[np.ndarray, "layer head summary_word parts"]:
    """``[layer, head, summary word, segment and, last, the summary itself]`` of one forward."""
    texts, words = [], []
    for part in parts:
        sentence = document.sentences[part.segment]
        chosen = sentence.words[part.start : part.end]
        texts.append(sentence.text[chosen[0].start : chosen[-1].end])
        words += [word.text for word in chosen]
    pair = SentencePair(
        document.separator.join(texts),
        summary.text,
        source_words=tuple(words),
        target_words=tuple(word.text for word in summary.words),
        feeding=summary_feeding(model),
    )
    fed = prepare_inputs(model, pair)
    asked, kept = _axes(model, fed, stack, parts, len(document.segments), rows)
    found: dict[int, np.ndarray] = {}

    def watch(call: Call) -> None:
        if call.stack != stack:
            return
        if call.pattern.shape[-2:] != (asked.shape[1], kept.shape[0]):
            raise not_in_full(model)
        found[call.layer] = (asked @ call.pattern[0].float() @ kept).cpu().numpy()

    with model.attention.watching(watch):
        model.network.base_model(**fed.inputs, use_cache=False)
    # A layer that does not attend gives the document nothing.
    return over_layers(found, model.attention.layers(stack), without=0.0)


def _axes(
    model: Model, fed: ModelInputs, stack: str, parts: Sequence[SegmentPart], segments: int, rows: Rows
) -> tuple[Float[torch.Tensor, "summary_word query_token"], Float[torch.Tensor, "key_token parts"]]:
    """What brings rows of tokens onto words of the summary ``[word, token]``, and columns onto segments ``[token,
    segment + 1]``.
    """
    queries = fed.queries[stack]
    if rows == "awo":
        queries = (*queries[1:], Piece(queries[-1].id))
    unknown = model.tokenizer.unk_token_id
    asking = word_axis([piece if piece.side == "b" else Piece(piece.id) for piece in queries], fed.sentences, unknown)
    # A word that no piece stands for asks for nothing that is known.
    total = asking.shares.sum(axis=0)
    shares = np.divide(asking.shares, total, out=np.full_like(asking.shares, np.nan), where=total > 0)
    keys = word_axis(fed.keys[stack], fed.sentences, unknown)
    of_word = np.concatenate([np.full(part.end - part.start, part.segment) for part in parts])
    column = np.array([of_word[number] if side == "a" else segments for number, side in enumerate(keys.sides)])
    device = model.network.device
    to_segments = keys.shares @ np.eye(segments + 1, dtype=np.float32)[column]
    return torch.from_numpy(shares.T.astype(np.float32)).to(device), torch.from_numpy(to_segments).to(device)
