"""Documents in segments, with a summary."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import regex

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.records import PairRecord
from mhattn_core.text.words import HAN, Sentence, cut

if TYPE_CHECKING:
    from spacy.language import Language

SegmentBy = Literal["paragraph", "sentence", "mark"]
MARK = regex.compile(r"^\s*-{3,}\s*$", regex.MULTILINE)
"""A line of three dashes or more: where a person says that a segment ends."""
PARAGRAPH = regex.compile(r"\n\s*\n")
WRAPPED = regex.compile(rf"(?<={HAN})\s*\n\s*(?={HAN})")
"""A line that ends inside a Chinese sentence: a space there would cut a word."""
VISIBLE = regex.compile(r"[^\s\p{Cf}\p{Cc}]")


@dataclass(frozen=True)
class Document:
    """A text as a row of segments. ``separator`` stands between them where the text is fed to a model."""

    segments: tuple[str, ...]
    separator: str = "\n"

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Each segment as fed, with its words."""
        return tuple(cut(segment) for segment in self.segments)

    @property
    def words(self) -> list[int]:
        """How many words each segment has."""
        return [len(sentence.words) for sentence in self.sentences]


@dataclass(frozen=True)
class Summarised:
    """A document of the gallery with the summary that was written for it."""

    id: str
    title: str
    language: str
    document: Document
    summary: Sentence


def read_document(text: str, *, by: SegmentBy = "paragraph") -> Document:
    """Cut a text into segments: at empty lines (or, where there are none, at line breaks), at sentence ends, or at
    lines of dashes.

    Raises Problem for a text without words, and for one without marks that is to be cut at marks.
    """
    ends = MARK if by == "mark" else PARAGRAPH if PARAGRAPH.search(text.strip()) else regex.compile(r"\n")
    if by == "mark" and not MARK.search(text):
        raise Problem(
            _("The document has no marks."),
            _("Put a line of three dashes between two segments, or cut it at paragraphs."),
        )
    pieces, separator = [" ".join(WRAPPED.sub("", piece).split()) for piece in ends.split(text)], "\n"
    if by == "sentence":
        # Of whole paragraphs: in a file whose lines are broken at a width, a line end ends no sentence.
        pieces, separator = (
            [sentence for piece in pieces for sentence in sentences_of(piece)],
            "" if written_in(text) == "zh" else " ",
        )
    segments = tuple(piece for piece in pieces if VISIBLE.search(piece))
    if not segments:
        raise Problem(_("There is no document to look at."), _("Type one, or choose one from the gallery."))
    return Document(segments, separator)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, in order, by their full stops; abbreviations that spaCy's rules know end none."""
    sentences = [
        sentence.text.strip()
        for line in text.split("\n")
        if line.strip()
        for sentence in _splitter(written_in(line))(line.strip()).sents
    ]
    return [sentence for sentence in sentences if VISIBLE.search(sentence)]


def written_in(text: str) -> Literal["zh", "en"]:
    """``zh`` where Chinese characters outnumber words in Latin letters: a name or a quotation makes no Chinese text."""
    return "zh" if len(regex.findall(HAN, text)) > len(regex.findall(r"\p{Latin}+", text)) else "en"


@cache
def documents() -> dict[str, Summarised]:
    """The gallery's documents by id, in the order in which they are offered."""
    rows = tomllib.loads((Path(__file__).parent / "summaries.toml").read_text(encoding="utf-8"))
    return {
        id_: Summarised(
            id_,
            row["title"],
            row["language"],
            Document(tuple(row["paragraphs"])),
            cut(row["summary"], row.get("words")),
        )
        for id_, row in rows.items()
    }


def document_pairs(language: str) -> list[PairRecord]:
    """The gallery's documents of a language (``en``, ``zh``) as pairs of a run: paragraphs with empty lines between
    them, and the summary.
    """
    return [
        PairRecord(
            one.id,
            SentencePair(
                "\n\n".join(one.document.segments), one.summary.text, (), tuple(word.text for word in one.summary.words)
            ),
            line,
        )
        for line, one in enumerate((one for one in documents().values() if one.language == language), start=1)
    ]


def place_of(summary: Sentence, parts: Sequence[str]) -> list[int]:
    """For each word of a summary, the number of the sentence of ``parts`` (as ``sentences_of`` gives them) in which it
    stands.
    """
    ends: list[int] = []
    at = 0
    for part in parts:
        at = summary.text.index(part, at) + len(part)
        ends.append(at)
    return [next(number for number, end in enumerate(ends) if word.end <= end) for word in summary.words]


@cache
def _splitter(language: str) -> "Language":
    import spacy  # it brings torch along, for which a page of tables need not wait

    parser = spacy.blank(language)
    parser.add_pipe("sentencizer")
    return parser
