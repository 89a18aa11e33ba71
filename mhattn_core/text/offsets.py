"""Which characters of a text each piece of a tokenizer covers, when the tokenizer itself does not say."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

WORD_START = "▁"

Span = tuple[int, int]


def locate(pieces: Sequence[str], text: str) -> list[Span]:
    """The characters ``start, end`` of ``text`` that each piece covers; an empty span where it covers none.

    Pieces are strings whose concatenation is the text after some normalisation (NFKC, spaces as ``▁``), as
    SentencePiece gives them. Both sides are decomposed to NFKD and matched character by character, so that a
    full-width comma meets its half-width piece and a composed accent its parts.
    """
    text_characters, text_places = _decompose([text])
    piece_characters, piece_numbers = _decompose([piece.replace(WORD_START, " ") for piece in pieces])
    places_of_text = [place for _number, place in text_places]
    covered: list[list[int]] = [[] for _ in pieces]
    for text_start, piece_start, size in _matching(text_characters, piece_characters):
        for step in range(size):
            covered[piece_numbers[piece_start + step][0]].append(places_of_text[text_start + step])
    return [(min(places), max(places) + 1) if places else (0, 0) for places in covered]


def _decompose(strings: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """All characters but spaces, compatibility-decomposed, each with the number of its string and its place there."""
    characters: list[str] = []
    origins: list[tuple[int, int]] = []
    for number, string in enumerate(strings):
        for place, character in enumerate(string):
            parts = [part for part in unicodedata.normalize("NFKD", character) if not part.isspace()]
            characters += parts
            origins += [(number, place)] * len(parts)
    return "".join(characters), origins


def _matching(left: str, right: str) -> list[tuple[int, int, int]]:
    if left == right:
        return [(0, 0, len(left))]
    return [(block.a, block.b, block.size) for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()]
