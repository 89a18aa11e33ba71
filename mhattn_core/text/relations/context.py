"""Ties that hold a text together: pronouns, connectives, negation."""

from collections.abc import Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence
from mhattn_core.text.relations.controls import instead, same_distance, same_part_of_speech
from mhattn_core.text.relations.relation import FindInSentence, Item, relation
from mhattn_core.text.relations.word_lists import classes, listed

CLAUSES = ("advcl", "csubj", "ccomp", "xcomp", "acl")


@relation(
    "pronoun",
    "context",
    "part of speech",
    source="nearest-candidate baseline of Clark et al. 2019, Table 2; no coreference is annotated",
    languages=("en", "zh"),
    control=same_part_of_speech,
)
def pronoun(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From a personal pronoun of the third person to the nearest noun or name before it: where it often, not always,
    points.
    """
    pronouns = listed("pronoun", sentence.language)
    noun = None
    for place, word in enumerate(sentence.words):
        if word.text.lower() in pronouns and noun is not None:
            yield place, noun
        if word.upos in ("NOUN", "PROPN"):
            noun = place


@relation(
    "connective_clause",
    "context",
    "tree",
    source="ours (English has almost no “although … but”); Universal Dependencies 2, mark",
    languages=("en", "zh"),
    control=same_distance,
)
def connective_clause(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From a connective to the head of the main clause: although → go in “although it rains, we go”.

    English treebanks mark connectives as ``mark`` or ``advmod``, GSDSimp as ``case``.
    """
    connectives = listed("connective", sentence.language)
    for place, word in enumerate(sentence.words):
        clause = word.head
        if word.lemma in connectives and word.relation in ("mark", "advmod", "case") and clause >= 0:
            head = sentence.words[clause].head
            if sentence.words[clause].relation in CLAUSES and head >= 0:
                yield place, head


def partners(name: str) -> FindInSentence:
    """From the second half of a pair of connectives to the nearest first half before it that no other has taken; lists
    ``name``.
    """

    def find(sentence: AnnotatedSentence) -> Iterator[Item]:
        halves = classes(name, sentence.language)
        waiting = None
        for place, word in enumerate(sentence.words):
            match halves.get(word.text):
                case "first":
                    waiting = place
                case "second" if waiting is not None:
                    yield place, waiting
                    waiting = None

    return find


CONCESSION = "ours, after the note's 虽然…但是; 因为…所以 at the same distance as control"
relation(
    "connective_partner",
    "context",
    "lexicon",
    source=CONCESSION,
    languages=("zh",),
    control=instead(partners("because")),
)(partners("although"))
relation(
    "cause_partner",
    "context",
    "lexicon",
    source="ours: the control of connective_partner",
    languages=("zh",),
    control=same_distance,
)(partners("because"))


@relation(
    "negation",
    "context",
    "tree",
    source="ours; Kovaleva et al. 2019, section 4.2 (negation)",
    languages=("en", "zh"),
    control=same_distance,
)
def negation(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From a negation to the word that it denies, its head: not → want in “we do not want it”; “don't”, where that is
    one word, counts.
    """
    negations = listed("negation", sentence.language)
    for place, word in enumerate(sentence.words):
        text = word.text.lower().replace("’", "'")
        if word.head >= 0 and (word.lemma in negations or text in negations or text.endswith("n't")):
            yield place, word.head
