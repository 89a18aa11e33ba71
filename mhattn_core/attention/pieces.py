"""Tokens as fed, each with the characters that it stands for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import regex

from mhattn_core.attention.spellings import gives_offsets, spelling_of
from mhattn_core.attention.token_kinds import Piece, Side, TokenKinds
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.models.quiet import first_line
from mhattn_core.text.offsets import NotLocated, Span, locate

SIDES: tuple[Side, Side] = ("a", "b")

# What a tokenizer may be given one by one: signs and Chinese characters alone, or what stands between spaces.
PARTS = (regex.compile(r"\p{Han}|[\p{L}\p{M}\p{N}--\p{Han}]+|\S", regex.VERSION1), regex.compile(r"\S+"))
QUOTED = 40


@dataclass(frozen=True)
class Encoded:
    """What the tokenizer gives for a text or two: every model input (``input_ids`` …) and the pieces in order."""

    inputs: dict[str, list[int]]
    pieces: tuple[Piece, ...]


@contextmanager
def reading(model: Model) -> Iterator[None]:
    """What the tokenizers library raises for a text that its vocabulary cannot spell becomes a Problem."""
    try:
        yield
    except Exception as error:
        # It knows no narrower class; whatever has one is another kind of failure.
        if type(error) is not Exception:
            raise
        raise Problem(
            _("The tokenizer of “{name}” cannot read this text: {reason}").format(
                name=model.name, reason=first_line(error)
            ),
            _("Write it with words that the model knows, or choose another model."),
        ) from error


def encode(model: Model, a: str, b: str = "", *, special: bool = True) -> Encoded:
    """One sequence as the tokenizer joins it; ``special=False`` leaves out the tokens that it would add.

    Raises Problem where it cannot be known which characters a token stands for.
    """
    texts = (a, b) if b else (a,)
    with model.tokenizing, reading(model):
        if gives_offsets(model.tokenizer):
            return _encode_fast(model, dict(zip(("text", "text_pair"), texts, strict=False)), SIDES, special)
        encoded = model.tokenizer(*texts, add_special_tokens=special)
        parts = [_located(model, text, side) for text, side in zip(texts, SIDES, strict=False)]
    return Encoded(dict(encoded), _placed(model, encoded["input_ids"], parts))


def encode_target(model: Model, b: str) -> Encoded:
    """The second sentence as an encoder–decoder's labels: as ``tokenizer(text_target=b)``. Raises Problem as
    ``encode``.
    """
    with model.tokenizing, reading(model):
        if gives_offsets(model.tokenizer):
            return _encode_fast(model, {"text_target": b}, ("b",), special=True)
        labels = model.tokenizer(text_target=b)["input_ids"]
        with _target_mode(model.tokenizer):
            part = _located(model, b, "b")
    return Encoded({"input_ids": labels}, _placed(model, labels, [part]))


@contextmanager
def _target_mode(tokenizer: Any) -> Iterator[None]:
    """The tokenizer as it reads the second language, where it reads two."""
    switches = hasattr(tokenizer, "_switch_to_target_mode")
    if switches:
        tokenizer._switch_to_target_mode()
    try:
        yield
    finally:
        if switches:
            tokenizer._switch_to_input_mode()


def _encode_fast(model: Model, texts: dict[str, str], sides: Sequence[Side], special: bool) -> Encoded:
    encoded = model.tokenizer(**texts, add_special_tokens=special, return_offsets_mapping=True)
    kinds, read = TokenKinds.of(model.tokenizer), list(texts.values())
    pieces = tuple(
        Piece(id_) if number is None else kinds.piece(Piece(id_, sides[number], *span), read[number])
        for id_, number, span in zip(
            encoded["input_ids"], encoded.sequence_ids(), encoded["offset_mapping"], strict=True
        )
    )
    return Encoded({name: row for name, row in encoded.items() if name != "offset_mapping"}, pieces)


def _located(model: Model, text: str, side: Side) -> list[Piece]:
    tokens = model.tokenizer.tokenize(text)
    ids = model.tokenizer.convert_tokens_to_ids(tokens)
    kinds = TokenKinds.of(model.tokenizer)
    return [
        kinds.piece(Piece(id_, side, *span), text) for id_, span in zip(ids, _spans(model, text, tokens), strict=True)
    ]


def _spans(model: Model, text: str, tokens: list[str]) -> list[Span]:
    """Which characters each token covers. Where strings leave it open, parts of the text are tokenised alone, if that
    gives the same tokens.
    """
    spelling = spelling_of(model.tokenizer)
    try:
        return locate(tokens, text, spelling)
    except NotLocated as open_:
        for pattern in PARTS:
            parts = [(found.start(), found.group()) for found in pattern.finditer(text)]
            of_parts = [model.tokenizer.tokenize(part) for _start, part in parts]
            if [token for own in of_parts for token in own] != tokens:
                continue
            try:
                return [
                    (start + at, start + end) if end else (0, 0)
                    for (start, part), own in zip(parts, of_parts, strict=True)
                    for at, end in locate(own, part, spelling)
                ]
            except NotLocated:
                continue
        raise not_located(model, str(open_)) from open_


def not_located(model: Model, text: str) -> Problem:
    """The tokenizer rewrites a text so that its tokens cannot be put on words."""
    start = text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
    return Problem(
        _("Which words the tokens of “{name}” stand for cannot be known: its tokenizer rewrites “{text}”.").format(
            name=model.name, text=start
        ),
        _("Write this part of the text in another way, or choose another model."),
    )


def _placed(model: Model, ids: Sequence[int], parts: Sequence[list[Piece]]) -> tuple[Piece, ...]:
    """The whole sequence: each part where its ids stand in it, special tokens before, between and after."""
    placed: list[Piece] = []
    for part in parts:
        wanted = [piece.id for piece in part]
        starts = range(len(placed), len(ids) - len(wanted) + 1)
        start = next((at for at in starts if list(ids[at : at + len(wanted)]) == wanted), None)
        if start is None:
            raise not_located(model, model.tokenizer.decode(wanted))
        placed += [Piece(id_) for id_ in ids[len(placed) : start]] + part
    return (*placed, *(Piece(id_) for id_ in ids[len(placed) :]))
