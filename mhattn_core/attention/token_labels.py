"""Tokens as people read them: the characters that each one covers, whatever its tokenizer writes."""

from collections import Counter
from collections.abc import Mapping, Sequence

from mhattn_core.attention.decode import PART_OF_CHARACTER, decoded
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.models.model import Model
from mhattn_core.text.words import Sentence

CONTINUES = "·"
# How byte-level and SentencePiece tokenizers write the line break between two sentences, and how people know it.
LINE_BREAKS, LINE_BREAK = {"\n", "Ċ", "<0x0A>"}, "⏎"


def readable(model: Model, pieces: Sequence[Piece], sentences: Mapping[str, Sentence]) -> tuple[str, ...]:
    """One label a token. ``·ing`` goes on inside a word; ``虽 2/3`` is the second of three byte tokens of one character.

    A token of a template is written without the mark of its space; one that covers nothing (a special token, a bare
    word mark), or is unknown or masked, as its tokenizer writes it.
    """
    tokens = model.tokenizer.convert_ids_to_tokens([piece.id for piece in pieces])
    spans = [_without_space(piece, sentences) for piece in pieces]
    parts, seen = Counter(spans), Counter[tuple[str, int, int]]()
    inner = {
        (side, at)
        for side, sentence in sentences.items()
        for word in sentence.words
        for at in range(word.start + 1, word.end)
    }
    labels = []
    for token, piece, span in zip(tokens, pieces, spans, strict=True):
        if piece.side is None and token not in LINE_BREAKS:
            labels.append(_alone(model, piece.id, token))
            continue
        if span is None or piece.id in (model.tokenizer.unk_token_id, model.tokenizer.mask_token_id):
            labels.append(LINE_BREAK if token in LINE_BREAKS else token)
            continue
        seen[span] += 1
        side, start, end = span
        part = f" {seen[span]}/{parts[span]}" if parts[span] > 1 else ""
        labels.append(f"{CONTINUES if (side, start) in inner else ''}{sentences[side].text[start:end]}{part}")
    return tuple(labels)


def _alone(model: Model, id_: int, token: str) -> str:
    text = decoded(model, [id_], special=True).strip()
    return text if text and PART_OF_CHARACTER not in text else token


def _without_space(piece: Piece, sentences: Mapping[str, Sentence]) -> tuple[str, int, int] | None:
    """Sentence, start and end of what a piece covers but for spaces around it; None where nothing is left."""
    if piece.side is None:
        return None
    covered = sentences[piece.side].text[piece.start : piece.end]
    start = piece.start + len(covered) - len(covered.lstrip())
    end = piece.end - len(covered) + len(covered.rstrip())
    return (piece.side, start, end) if start < end else None
