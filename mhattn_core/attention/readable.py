"""Tokens as people read them: the characters that each one covers, whatever its tokenizer writes."""

from collections.abc import Mapping, Sequence

from mhattn_core.attention.pieces import Piece
from mhattn_core.models import Model
from mhattn_core.text.words import Sentence

CONTINUES = "·"


def readable(model: Model, pieces: Sequence[Piece], sentences: Mapping[str, Sentence]) -> tuple[str, ...]:
    """One label a token. ``·ing`` goes on inside a word; ``虽 2/3`` is the second of three byte tokens of one character."""
    tokens = model.tokenizer.convert_ids_to_tokens([piece.id for piece in pieces])
    labels = []
    for place, (token, piece) in enumerate(zip(tokens, pieces, strict=True)):
        covered = sentences[piece.side].text[piece.start : piece.end].strip() if piece.side else ""
        if not covered or piece.id == model.tokenizer.unk_token_id:
            labels.append(token)
            continue
        twins = [other for other, twin in enumerate(pieces) if (twin.side, twin.start, twin.end) == (piece.side, piece.start, piece.end)]
        part = f" {twins.index(place) + 1}/{len(twins)}" if len(twins) > 1 else ""
        labels.append(f"{CONTINUES if _inside_a_word(piece, sentences) else ''}{covered}{part}")
    return tuple(labels)


def _inside_a_word(piece: Piece, sentences: Mapping[str, Sentence]) -> bool:
    return piece.side is not None and any(word.start < piece.start < word.end for word in sentences[piece.side].words)
