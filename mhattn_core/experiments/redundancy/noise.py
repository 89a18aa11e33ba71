"""Random words in the place of a pair's: heads that are as similar on these are not similar because of language.

Source: Bian et al. 2021, whose heads are as redundant on random tokens as on text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import regex

from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By, distances
from mhattn_core.measures.redundancy.samples import DRAWS
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import HAN, Sentence

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.models.model import Model

# How tokenizers mark a piece that begins a word; a WordPiece that begins one has no mark.
BEGINS = ("Ġ", "▁")
LATIN_WORD = regex.compile(r"[A-Za-z]{2,}")
HAN_WORD = regex.compile(rf"{HAN}+")

Sides = tuple[Sentence, Sentence]
Languages = tuple[str, str]


def noise_pairs(seen: "AttentionResult", draws: int = DRAWS) -> list[SentencePair]:
    """Pairs of as many words as this one has, drawn from the tokenizer's whole words: in Chinese where the sentence is,
    else in Latin letters.

    The first pair is the same whatever ``draws`` is, and so on. Raises Problem for a tokenizer that has no such words.
    """
    return random_words(
        seen.model,
        [((seen.sentences["a"], seen.sentences["b"]), (seen.pair.source_language, seen.pair.target_language))] * draws,
    )


def random_words(model: "Model", like: Sequence[tuple[Sides, Languages]]) -> list[SentencePair]:
    """For each two sentences, with their languages (see ``SentencePair``), a pair of as many random words; each is
    drawn anew. Raises Problem as ``noise_pairs``.
    """
    latin, han = _vocabulary(model)
    pairs = []
    for seed, (sides, languages) in enumerate(like):
        generator = np.random.default_rng(seed)
        a, b = (
            generator.choice((han or latin) if HAN_WORD.search(one.text) else latin, len(one.words)).tolist()
            for one in sides
        )
        pairs.append(SentencePair(_joined(a), _joined(b), tuple(a), tuple(b), *languages))
    return pairs


def noise_distances(noise: "Sequence[AttentionResult]", stack: str, *, by: By = "js") -> np.ndarray:
    """Distances of a stack's heads on each of several pairs of random words: ``[draw, head, head]``. Raises Problem as
    ``heads_of``.
    """
    return np.stack([distances(heads_of(seen, stack, by=by), by=by).to_numpy() for seen in noise])


def _vocabulary(model: "Model") -> tuple[Sequence[str], Sequence[str]]:
    """Whole words of the tokenizer, in Latin letters and in Chinese."""
    pieces = sorted(model.tokenizer.get_vocab())
    mark = next((mark for mark in BEGINS if any(piece.startswith(mark) for piece in pieces)), "")
    latin = [
        piece.removeprefix(mark)
        for piece in pieces
        if piece.startswith(mark) and LATIN_WORD.fullmatch(piece.removeprefix(mark))
    ]
    han = [word for word in (piece.removeprefix(mark) for piece in pieces) if HAN_WORD.fullmatch(word)]
    if not latin and not han:
        raise Problem(
            _("No random words for “{name}”: its tokenizer has no whole words to draw from.").format(name=model.name),
            _("Choose another model."),
        )
    return latin or han, han


def _joined(words: Sequence[str]) -> str:
    """Words with spaces, Chinese ones without."""
    text = ""
    for word in words:
        text += word if not text or (HAN_WORD.match(word) and HAN_WORD.match(text[-1])) else f" {word}"
    return text
