"""Which of the tokens that stand in a text are no characters of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from transformers import PreTrainedTokenizerBase

from mhattn_core.text.feeding import Region
from mhattn_core.text.spelling import WORD_START

Side = Literal["a", "b"]
LONGEST_MARK = 32
"""How many of SentencePiece's word marks one token may hold: vocabularies keep runs of spaces."""


@dataclass(frozen=True)
class Piece:
    """One token: its id, and the characters of sentence ``side`` that it covers; special tokens have no side.

    Neither have special tokens that somebody typed in a sentence (``[MASK]``, ``<|im_start|>``): the model reads no
    word there. Tokens of a chat's system text have none either, and say so (``in_system``).
    """

    id: int
    side: Side | None = None
    start: int = 0
    end: int = 0
    in_system: bool = False

    @property
    def region(self) -> Region:
        """What it belongs to in the text as fed."""
        return self.side or ("system" if self.in_system else "template")


@dataclass(frozen=True)
class TokenKinds:
    """Ids of a tokenizer's special tokens, of those that are nothing but word marks, and of the unknown token with its
    string.
    """

    special: frozenset[int]
    marks: frozenset[int]
    unknown: int | None
    unknown_token: str

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> "TokenKinds":
        added = {id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special}
        # Where the tokenizer gives no offsets itself, marks have been told from characters already.
        runs = [WORD_START * length for length in range(1, LONGEST_MARK + 1)]
        marks = tokenizer.convert_tokens_to_ids(runs) if tokenizer.is_fast else []
        unknown = tokenizer.unk_token_id
        return cls(
            frozenset(added | set(tokenizer.all_special_ids)),
            frozenset(id_ for id_ in marks if id_ not in (None, unknown)),
            unknown,
            str(tokenizer.unk_token or ""),
        )

    @property
    def apart(self) -> frozenset[int]:
        """Ids of the tokens that ``piece`` may change."""
        return self.special | self.marks

    def piece(self, piece: Piece, text: str) -> Piece:
        """A piece located in its sentence: a special token belongs to none, a bare mark covers nothing.

        The unknown token is special only where its own name is typed; elsewhere it stands for text.
        """
        covered = text[piece.start : piece.end]
        if piece.id in self.special and (piece.id != self.unknown or covered.strip() == self.unknown_token):
            return Piece(piece.id)
        is_mark = piece.id in self.marks and WORD_START not in covered
        return replace(piece, end=piece.start) if is_mark else piece


def unknown_share(pieces: Sequence[Piece], unknown: int | None) -> float:
    """Share of the pieces that their tokenizer does not know, 0 to 1, among those that cover a character; 0 where none
    does.
    """
    covering = [piece for piece in pieces if piece.end > piece.start]
    return sum(piece.id == unknown for piece in covering) / len(covering) if covering else 0.0
