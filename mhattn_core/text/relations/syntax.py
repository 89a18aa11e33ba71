"""Ties of grammar, from a tree of Universal Dependencies; and the same at a distance."""

from collections.abc import Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence
from mhattn_core.text.relations.controls import same_distance, same_part_of_speech
from mhattn_core.text.relations.relation import FindInSentence, Item, relation
from mhattn_core.text.relations.word_lists import classes, listed

FAR = 5
"""Words between a dependent and its head from which on they are far from one another (one next to the other is 1)."""
SOURCES = {
    "nsubj": "Voita et al. 2019, Table 1; Clark et al. 2019, Table 1",
    "obj": "Voita et al. 2019, Table 1; Clark et al. 2019, Table 1 (dobj)",
    "obl": "Universal Dependencies 2; Clark et al. 2019, Table 1 (pobj)",
    "case": "Universal Dependencies 2; Clark et al. 2019, Table 1 (prep, pobj)",
    "det": "Clark et al. 2019, Table 1",
    "amod": "Voita et al. 2019, Table 1; Clark et al. 2019, Table 1",
    "advmod": "Voita et al. 2019, Table 1; Clark et al. 2019, Table 1",
    "aux": "Clark et al. 2019, Table 1 (aux, auxpass)",
    "cop": "Clark et al. 2019, Table 1",
    "mark": "Clark et al. 2019, Table 1",
    "compound": "Clark et al. 2019, Table 1 (nn, prt)",
    "conj": "Clark et al. 2019, Table 1",
    "nmod": "Universal Dependencies 2; Clark et al. 2019, Table 1 (poss)",
}
"""The dependencies that are relations of their own, subtypes included (``nsubj:pass``, ``nmod:poss``); all in Clark et
al. 2019, section 4.2.
"""


def dependency(name: str) -> FindInSentence:
    """Items of one dependency: from the dependent to its head."""

    def find(sentence: AnnotatedSentence) -> Iterator[Item]:
        for place, word in enumerate(sentence.words):
            if word.relation == name and word.head >= 0:
                yield place, word.head

    return find


def far(find: FindInSentence) -> FindInSentence:
    """Those items whose words stand ``FAR`` or more from one another."""
    return lambda sentence: [(query, key) for query, key in find(sentence) if abs(query - key) >= FAR]


for name, source in SOURCES.items():
    relation(name, "syntax", "tree", source=source, control=same_part_of_speech)(dependency(name))


@relation(
    "verb_preposition",
    "syntax",
    "tree",
    source="ours, after the note's “sits on”: Universal Dependencies 2, case of an oblique",
    control=same_distance,
)
def verb_preposition(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From an adposition to the verb whose oblique it introduces (on → sits in “sits on the mat”)."""
    for place, noun in dependency("case")(sentence):
        word = sentence.words[noun]
        if word.relation == "obl" and word.head >= 0 and sentence.words[word.head].upos == "VERB":
            yield place, word.head


@relation(
    "figure_ground",
    "syntax",
    "tree",
    source="ours, after the note's “fox over dog”; figure and ground: Talmy 1975",
    languages=("en", "zh"),
    control=same_part_of_speech,
)
def figure_ground(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From what stands somewhere to where: fox → dog in “the fox jumps over the dog”, lamp → desk in “the lamp on the
    desk”; no times.
    """
    spatial, category = listed("spatial", sentence.language), classes("category", sentence.language)
    for adposition, ground in dependency("case")(sentence):
        word = sentence.words[ground]
        if sentence.words[adposition].lemma not in spatial or word.head < 0 or category.get(word.lemma) == "time":
            continue
        if word.relation == "nmod":
            yield word.head, ground
        elif word.relation == "obl":
            yield from ((figure, ground) for figure in sentence.dependents(word.head, "nsubj"))


for name, source in SOURCES.items():
    relation(
        f"{name}:far",
        "distance",
        "tree",
        source=f"{source}; at five words and more: ours, after Kovaleva et al. 2019",
        control=same_distance,
    )(far(dependency(name)))
