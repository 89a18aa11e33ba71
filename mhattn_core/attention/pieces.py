"""Tokens as fed, each with the characters that it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mhattn_core.models import Model
from mhattn_core.text.offsets import locate

Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")


@dataclass(frozen=True)
class Piece:
    """One token: its id, and the characters of sentence ``side`` that it covers; special tokens have no side."""

    id: int
    side: Side | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Encoded:
    """What the tokenizer gives for a text or two: every model input (``input_ids`` …) and the pieces in order."""

    inputs: dict[str, list[int]]
    pieces: tuple[Piece, ...]


def encode(model: Model, a: str, b: str = "", *, special: bool = True) -> Encoded:
    """One sequence as the tokenizer joins it; ``special=False`` leaves out the tokens that it would add."""
    texts = (a, b) if b else (a,)
    with model.tokenizing:
        if model.tokenizer.is_fast:
            return _encode_fast(model, dict(zip(("text", "text_pair"), texts, strict=False)), SIDES, special)
        encoded = model.tokenizer(*texts, add_special_tokens=special)
        parts = [_locate(model, text, side) for text, side in zip(texts, SIDES, strict=False)]
    return Encoded(dict(encoded), _place(encoded["input_ids"], parts))


def encode_target(model: Model, b: str) -> Encoded:
    """The second sentence as an encoder–decoder's labels."""
    tokenizer: Any = model.tokenizer
    with model.tokenizing:
        if tokenizer.is_fast:
            return _encode_fast(model, {"text_target": b}, ("b",), special=True)
        labels = tokenizer(text_target=b)["input_ids"]
        tokenizer._switch_to_target_mode()
        try:
            part = _locate(model, b, "b")
        finally:
            tokenizer._switch_to_input_mode()
    return Encoded({"input_ids": labels}, _place(labels, [part]))


def _encode_fast(model: Model, texts: dict[str, str], sides: Sequence[Side], special: bool) -> Encoded:
    encoded = model.tokenizer(**texts, add_special_tokens=special, return_offsets_mapping=True)
    pieces = tuple(
        Piece(id_) if number is None else Piece(id_, sides[number], *span)
        for id_, number, span in zip(encoded["input_ids"], encoded.sequence_ids(), encoded["offset_mapping"], strict=True)
    )
    return Encoded({name: row for name, row in encoded.items() if name != "offset_mapping"}, pieces)


def _locate(model: Model, text: str, side: Side) -> list[Piece]:
    tokens = model.tokenizer.tokenize(text)
    ids = model.tokenizer.convert_tokens_to_ids(tokens)
    return [Piece(id_, side, *span) for id_, span in zip(ids, locate(tokens, text), strict=True)]


def _place(ids: Sequence[int], parts: Sequence[list[Piece]]) -> tuple[Piece, ...]:
    """The whole sequence: each part where its ids stand in it, special tokens before, between and after."""
    placed: list[Piece] = []
    for part in parts:
        wanted = [piece.id for piece in part]
        start = next(at for at in range(len(placed), len(ids) + 1) if list(ids[at : at + len(wanted)]) == wanted)
        placed += [Piece(id_) for id_ in ids[len(placed) : start]] + part
    return (*placed, *(Piece(id_) for id_ in ids[len(placed) :]))
