"""Tokens as people read them: the characters that each one covers, whatever its tokenizer writes."""

from collections.abc import Mapping, Sequence

from mhattn_core.attention.pieces import Piece
from mhattn_core.models import Model
from mhattn_core.text.words import Sentence

CONTINUES = "·"
# How byte-level and SentencePiece tokenizers write the line break between two sentences, and how people know it.
LINE_BREAKS, LINE_BREAK = {"\n", "Ċ", "<0x0A>"}, "⏎"


def readable(model: Model, pieces: Sequence[Piece], sentences: Mapping[str, Sentence]) -> tuple[str, ...]:
    """One label a token. ``·ing`` goes on inside a word; ``虽 2/3`` is the second of three byte tokens of one character."""
    tokens = model.tokenizer.convert_ids_to_tokens([piece.id for piece in pieces])
    places = [_without_space(piece, sentences) for piece in pieces]
    labels = []
    for number, (token, piece, place) in enumerate(zip(tokens, pieces, places, strict=True)):
        if place is None or piece.id == model.tokenizer.unk_token_id:
            labels.append(LINE_BREAK if token in LINE_BREAKS else token)
            continue
        side, start, end = place
        twins = [other for other, twin in enumerate(places) if twin == place]
        part = f" {twins.index(number) + 1}/{len(twins)}" if len(twins) > 1 else ""
        inside = any(word.start < start < word.end for word in sentences[side].words)
        labels.append(f"{CONTINUES if inside else ''}{sentences[side].text[start:end]}{part}")
    return tuple(labels)


def _without_space(piece: Piece, sentences: Mapping[str, Sentence]) -> tuple[str, int, int] | None:
    """Sentence, start and end of what a piece covers but for spaces around it; None where nothing is left."""
    if piece.side is None:
        return None
    covered = sentences[piece.side].text[piece.start : piece.end]
    start = piece.start + len(covered) - len(covered.lstrip())
    end = piece.end - len(covered) + len(covered.rstrip())
    return (piece.side, start, end) if start < end else None
