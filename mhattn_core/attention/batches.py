"""Many pairs as padded batches of about the same length."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from tokenizers import Encoding
from torch import Tensor

from mhattn_core.arrays.word_layer import NO_SIDE, WordAxes
from mhattn_core.attention.inputs import fits, padding
from mhattn_core.attention.pieces import SIDES, encode, reading
from mhattn_core.attention.prepare_inputs import LINE_BREAK, first_tokens, prepare_inputs
from mhattn_core.attention.spellings import gives_offsets
from mhattn_core.attention.token_kinds import Piece, TokenKinds
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_spans
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.text.pair import SentencePair

# How much goes through a network at once. On a CPU one layer's patterns should stay in its cache.
TOKENS, CELLS = 1024, 2**20
GPU_TOKENS, GPU_CELLS = 8192, 2**25
LONGEST = 4096
"""Tokens of a pair that is measured among many: a pattern grows with the square of its length, in memory as in time."""
LONGEST_IN_PARTS = 16384
"""The same where no whole pattern is needed (see ``watch_tokens``)."""
# Families that find out by themselves where a padded sequence ends, and attend to padding.
ONE_BY_ONE = {"fsmt"}

SPECIAL = np.array([[NO_SIDE, 0, 0]])
"""The span of a special token."""


@dataclass(frozen=True, eq=False)
class FedPair:
    """One pair as fed, without tensors: ``prepare_inputs`` for many. ``number`` is its place among the pairs that were
    given.

    queries and keys hold each stack's pieces, and words the words, as spans: int ``[token or word, 3]`` of side, start
    and end.
    """

    number: int
    inputs: dict[str, list[int]]
    queries: dict[str, Int[np.ndarray, "_query_token 3"]]
    keys: dict[str, Int[np.ndarray, "_key_token 3"]]
    words: Int[np.ndarray, "word 3"]

    @property
    def tokens(self) -> int:
        """Length of its longest sequence."""
        return max(map(len, self.keys.values()))


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows ready for one forward: padded inputs, and the axes of each stack."""

    rows: Sequence[FedPair]
    inputs: dict[str, Tensor]
    axes: dict[str, WordAxes]


def feed_all(
    model: Model, pairs: Sequence[SentencePair], *, longest: int = LONGEST
) -> tuple[list[FedPair], dict[int, Problem]]:
    """Tokenise pairs in order, as ``prepare_inputs`` does each: the rows, and by number why a pair cannot be fed, or
    has more tokens than ``longest``.
    """
    rows: dict[int, FedPair] = {}
    problems: dict[int, Problem] = {}
    if gives_offsets(model.tokenizer) and "cross" not in model.stacks:
        # Where a tokenizer cannot read one text it reads none of them together.
        with suppress(Problem):
            rows = {row.number: row for row in _feed_fast(model, pairs) if fits(model, row.inputs)}
    for number, pair in enumerate(pairs):
        if number not in rows:
            try:
                rows[number] = _feed_one(model, number, pair)
            except Problem as problem:
                problems[number] = problem
    for number in [number for number, row in rows.items() if row.tokens > longest]:
        problems[number] = _too_long(rows.pop(number).tokens, longest)
    return [rows[number] for number in sorted(rows)], problems


def _too_long(tokens: int, longest: int) -> Problem:
    return Problem(
        _("This text has {tokens} tokens; among many, those of up to {longest} are measured.").format(
            tokens=tokens, longest=longest
        ),
        _("Cut it into shorter ones; the measure segments reads documents of any length."),
    )


def batches(model: Model, rows: Sequence[FedPair], *, tokens: int | None = None) -> Iterator[list[FedPair]]:
    """Rows of about the same length together, the longest first; ``tokens`` bounds rows × length where given."""
    heads = max(model.attention.heads(stack) for stack in model.stacks)
    on_cpu = model.network.device.type == "cpu"
    most_tokens, most_cells = (TOKENS, CELLS) if on_cpu else (GPU_TOKENS, GPU_CELLS)
    waiting = sorted(rows, key=lambda row: (-row.tokens, row.number))
    while waiting:
        length = waiting[0].tokens
        size = tokens // length if tokens else min(most_tokens // length, most_cells // (heads * length**2))
        size = 1 if model.family in ONE_BY_ONE else max(size, 1)
        yield waiting[:size]
        waiting = waiting[size:]


def collate(model: Model, rows: Sequence[FedPair]) -> Batch:
    """Pad rows on the right into one batch."""
    device = model.network.device
    inputs = {
        name: _pad([row.inputs[name] for row in rows], padding(model, name)).to(device) for name in rows[0].inputs
    }
    words = [row.words for row in rows]
    axes = {}
    for stack in model.stacks:
        queries = [row.queries[stack] for row in rows]
        keys = [row.keys[stack] for row in rows] if stack == "cross" else queries
        axes[stack] = word_axes(stack, model.attention.heads(stack), queries, keys, words, device)
    return Batch(rows, inputs, axes)


def _pad(rows: Sequence[list[int]], value: int) -> Int[Tensor, "row longest"]:
    padded = np.full((len(rows), max(map(len, rows))), value)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return torch.from_numpy(padded)


def _feed_one(model: Model, number: int, pair: SentencePair) -> FedPair:
    fed = prepare_inputs(model, pair)
    inputs = {name: tensor[0].tolist() for name, tensor in fed.inputs.items()}
    queries = {stack: piece_spans(pieces) for stack, pieces in fed.queries.items()}
    keys = {stack: piece_spans(pieces) for stack, pieces in fed.keys.items()}
    return FedPair(number, inputs, queries, keys, word_spans(fed.sentences))


def _feed_fast(model: Model, pairs: Sequence[SentencePair]) -> Iterator[FedPair]:
    """The pairs that can be fed as pairs, by few calls of a tokenizer that tells places itself; ``prepare_inputs`` feeds
    the others, or says what is wrong with them.
    """
    readable = [number for number, pair in enumerate(pairs) if _is_plain(pair)]
    alone = [number for number in readable if not pairs[number].b.text]
    paired = [number for number in readable if pairs[number].b.text]
    (stack,) = model.stacks
    for numbers in (alone, paired):
        if numbers:
            parts = [[pairs[number].a.text for number in numbers]]
            parts += [[pairs[number].b.text for number in numbers]] if numbers is paired else []
            found = _causal(model, parts) if stack == "decoder" else _joined(model, parts)
            for number, (inputs, spans) in zip(numbers, found, strict=True):
                words = word_spans({"a": pairs[number].a, "b": pairs[number].b})
                yield FedPair(number, inputs, {stack: spans}, {stack: spans}, words)


def _is_plain(pair: SentencePair) -> bool:
    try:
        is_pair = pair.feeding == AS_PAIR and not pair.masked
        return is_pair and bool(pair.a) and (bool(pair.b) or not pair.b.text)
    except Problem:
        return False


def _joined(model: Model, parts: list[list[str]]) -> Iterator[tuple[dict[str, list[int]], np.ndarray]]:
    """As the tokenizer joins them."""
    with model.tokenizing, reading(model):
        encoded = model.tokenizer(*parts)
        kinds = TokenKinds.of(model.tokenizer)
    for place, (encoding, *texts) in enumerate(zip(encoded.encodings, *parts, strict=True)):
        sides = [NO_SIDE if part is None else part for part in encoding.sequence_ids]
        yield {name: rows[place] for name, rows in encoded.items()}, _spans(kinds, encoding, sides, texts)


def _spans(
    kinds: TokenKinds, encoding: Encoding, sides: Sequence[int], texts: Sequence[str]
) -> Int[np.ndarray, "token 3"]:
    """int ``[token, 3]``: the side, start and end of each token, as ``pieces.encode`` gives them."""
    spans = np.column_stack([np.array(sides, dtype=int), np.array(encoding.offsets, dtype=int).reshape(-1, 2)])
    apart = kinds.apart
    for at, (id_, side) in enumerate(zip(encoding.ids, sides, strict=True)):
        if side != NO_SIDE and id_ in apart:
            spans[at] = piece_spans([kinds.piece(Piece(id_, SIDES[side], *encoding.offsets[at]), texts[side])])
    return spans


def _causal(model: Model, parts: list[list[str]]) -> Iterator[tuple[dict[str, list[int]], np.ndarray]]:
    """First token, A, a line break tokenised apart, B."""
    begun = list(first_tokens(model))
    first = begun, np.tile(SPECIAL, (len(begun), 1))
    pieces = encode(model, LINE_BREAK, special=False).pieces
    line_break = [piece.id for piece in pieces], np.tile(SPECIAL, (len(pieces), 1))
    with model.tokenizing, reading(model):
        encoded = [model.tokenizer(texts, add_special_tokens=False).encodings for texts in parts]
        kinds = TokenKinds.of(model.tokenizer)
    for encodings, texts in zip(zip(*encoded, strict=True), zip(*parts, strict=True), strict=True):
        sentences = [
            (encoding.ids, _spans(kinds, encoding, [side] * len(encoding.ids), texts))
            for side, encoding in enumerate(encodings)
        ]
        sequence = [first, sentences[0]] + [part for second in sentences[1:] for part in (line_break, second)]
        ids = [id_ for part, _spans in sequence for id_ in part]
        yield {"input_ids": ids, "attention_mask": [1] * len(ids)}, np.concatenate([spans for _part, spans in sequence])
