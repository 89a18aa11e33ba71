"""Ties between the two sentences of a pair, from a word of B to a word of A."""

from collections.abc import Iterator

from mhattn_core.text.annotation.annotated import Annotated
from mhattn_core.text.relations.relation import Item, Relation, register
from mhattn_core.text.relations.semantics import is_lexical


def across(annotated: Annotated) -> Iterator[Item]:
    """From a lexical word of B to the last word of A with the same lemma."""
    last = {word.lemma: place for place, word in enumerate(annotated.a.words) if is_lexical(word, annotated.a)}
    for place, word in enumerate(annotated.b.words):
        if is_lexical(word, annotated.b) and word.lemma in last:
            yield len(annotated.a.words) + place, last[word.lemma]


def across_others(annotated: Annotated) -> Iterator[Item]:
    """From the same words of B to the word of A nearest to the answer that is of its word class and of another
    lemma.
    """
    words = annotated.a.words
    for query, key in across(annotated):
        others = [
            other
            for other, word in enumerate(words)
            if word.upos == words[key].upos and word.lemma != words[key].lemma and is_lexical(word, annotated.a)
        ]
        if others:
            yield query, min(others, key=lambda other: abs(other - key))


def aligned(annotated: Annotated) -> Iterator[Item]:
    """From each word of B to the words of A with which a sure gold link ties it."""
    for source, target in sorted(annotated.alignment.sure) if annotated.alignment else ():
        yield len(annotated.a.words) + target, source


def diagonal(annotated: Annotated) -> Iterator[Item]:
    """From the same words of B to the words at the same relative place of A: what word order alone gives."""
    a, b = len(annotated.a.words), len(annotated.b.words)
    items = set(aligned(annotated))
    for query in sorted({query for query, _key in items}):
        key = min(a - 1, round((query - a + 0.5) * a / b - 0.5))
        if (query, key) not in items:
            yield query, key


register(
    Relation(
        "across",
        "context",
        across,
        "ours, after the links across sentences in Vig 2019",
        frozenset({"both sentences"}),
        control=across_others,
    )
)
register(
    Relation(
        "alignment",
        "alignment",
        aligned,
        "Garg et al. 2019; Kobayashi et al. 2020, section 5",
        frozenset({"both sentences", "alignment"}),
        control=diagonal,
    )
)
