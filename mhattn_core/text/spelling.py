"""How tokenizers write their pieces: which signs are marks of theirs and stand for no character of the text."""

import codecs
import html
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import regex

WORD_START = "▁"

# Moses writes these for & | < > ' " [ ], and @-@ for a hyphen inside a word.
ESCAPED = regex.compile(r"&(?:amp|#124|lt|gt|apos|quot|#91|#93);|(?<=[\p{L}\p{N}])@-@(?=[\p{L}\p{N}])")
# As SentencePiece writes a byte, and the Japanese GPT-NeoX.
BYTE = regex.compile(r"<0x([0-9A-F]{2})>|<\|byte(\d{1,3})\|>")


class Unit(NamedTuple):
    """One character that pieces stand for; None where a piece stands for what its tokenizer does not know.

    ``pieces``: the numbers of the pieces that write it (two bytes of é, three pieces of ``&lt;``). ``starts``: whether
    a word may start here, since a piece does, or a space stands before.
    """

    character: str | None
    pieces: tuple[int, ...]
    starts: bool


@dataclass(frozen=True)
class Spelling:
    """What a tokenizer writes beside the characters of a text.

    spaces: strings that stand for white space. prefix, suffix: marks at either end of a piece (``##``, ``</w>``,
    ``@@``).
    escaped: whether signs are written as Moses escapes them. bytes: whether a piece is one byte, as the code point of
    that number or in hexadecimal, or may be one (``<0xE2>``, where a vocabulary falls back on bytes). unknown: what
    stands for unknown text.
    verbatim: tokens that are written as they stand in the text, such as special tokens that somebody typed.
    """

    spaces: tuple[str, ...] = (WORD_START,)
    prefix: str = ""
    suffix: str = ""
    escaped: bool = False
    bytes: Literal["code point", "hexadecimal", "fallback"] | None = None
    unknown: frozenset[str] = frozenset()
    verbatim: frozenset[str] = frozenset()

    def units(self, pieces: Sequence[str]) -> list[Unit]:
        """The characters that the pieces stand for, in order."""
        units = list(_decoded(self._written(pieces)))
        return list(_unescaped(units)) if self.escaped else units

    def with_tokens(self, unknown: Set[str], verbatim: Set[str]) -> "Spelling":
        """The same marks with one tokenizer's own tokens."""
        return replace(self, unknown=self.unknown | unknown, verbatim=frozenset(verbatim) - unknown)

    def for_text(self, text: str) -> "Spelling":
        """The same marks for one text: where the name of an unknown token is written in it, its pieces stand for the
        name.
        """
        unknown = frozenset(token for token in self.unknown if token not in text)
        return (
            self if unknown == self.unknown else replace(self, unknown=unknown, verbatim=self.verbatim | self.unknown)
        )

    def _written(self, pieces: Sequence[str]) -> Iterator[Unit | tuple[int, int]]:
        """Characters, and bytes with the numbers of their pieces."""
        for number, piece in enumerate(pieces):
            byte = None if piece in self.verbatim else self._byte(piece)
            if byte is not None:
                yield byte, number
            elif piece in self.unknown:
                yield Unit(None, (number,), True)
            else:
                starts = True
                for character in piece if piece in self.verbatim else self._without_marks(piece):
                    if not character.isspace():
                        yield Unit(character, (number,), starts)
                    starts = character.isspace()

    def _byte(self, piece: str) -> int | None:
        if self.bytes == "code point":
            return ord(piece)
        if self.bytes == "hexadecimal":
            return int(piece, 16)
        found = BYTE.fullmatch(piece) if self.bytes else None
        if found is None:
            return None
        return int(found[1], 16) if found[1] else int(found[2])

    def _without_marks(self, piece: str) -> str:
        for space in self.spaces:
            piece = piece.replace(space, " ")
        # A piece that is nothing but the mark is a sign of the text.
        if self.prefix and len(piece) > len(self.prefix):
            piece = piece.removeprefix(self.prefix)
        if self.suffix and len(piece) > len(self.suffix):
            piece = piece.removesuffix(self.suffix)
        return piece


def _decoded(written: Iterable[Unit | tuple[int, int]]) -> Iterator[Unit]:
    """Bytes become the characters that they make together, each written by all of its bytes' pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    waiting: list[int] = []
    for item in written:
        if isinstance(item, Unit):
            yield item
            waiting = []
            decoder.reset()
            continue
        byte, number = item
        waiting.append(number)
        for character in decoder.decode(bytes([byte])):
            if not character.isspace():
                yield Unit(character, tuple(waiting), True)
            waiting = []


def _unescaped(units: Sequence[Unit]) -> Iterator[Unit]:
    text = "".join(unit.character or "\0" for unit in units)
    done = 0
    for escape in ESCAPED.finditer(text):
        yield from units[done : escape.start()]
        written = units[escape.start() : escape.end()]
        pieces = dict.fromkeys(number for unit in written for number in unit.pieces)
        character = "-" if escape.group() == "@-@" else html.unescape(escape.group())
        yield Unit(character, tuple(pieces), written[0].starts)
        done = escape.end()
    yield from units[done:]
