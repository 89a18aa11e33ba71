"""From the labels of spaCy's English parser (ClearNLP's) to those of Universal Dependencies, version 2.

The two differ in which word governs: a preposition governs its noun there and depends on it here, as does a form of
"be" with what it joins to its subject; conjuncts hang on one another there and all on the first here. What the table
does not name stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mhattn_core.text.annotation.annotated import ROOT

LABELS = {
    "ROOT": "root",
    "acomp": "xcomp",
    "agent": "obl:agent",
    "attr": "xcomp",
    "auxpass": "aux:pass",
    "csubjpass": "csubj:pass",
    "dative": "iobj",
    "dobj": "obj",
    "intj": "discourse",
    "meta": "dep",
    "neg": "advmod",
    "npadvmod": "obl:unmarked",
    "nsubjpass": "nsubj:pass",
    "oprd": "xcomp",
    "pcomp": "advcl",
    "pobj": "obl",
    "poss": "nmod:poss",
    "preconj": "cc:preconj",
    "predet": "det:predet",
    "prep": "advmod",  # without an object: "come in"
    "prt": "compound:prt",
    "quantmod": "advmod",
    "relcl": "acl:relcl",
}
NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "SYM")
ADPOSITIONS = ("prep", "agent", "dative")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the parser gives it; ``head`` is a position in the sentence, -1 at a root."""

    lemma: str
    upos: str
    head: int
    label: str


def to_universal(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Head and dependency of each token."""
    tree = _Tree(tokens)
    for place in range(len(tokens)):
        tree.turn_copula(place)
    for place in reversed(range(len(tokens))):  # of "out of the house" first "of", then "out"
        tree.turn_adposition(place)
    tree.flatten_conjuncts()
    return [
        (head, "mark" if label == "aux" and token.upos == "PART" else LABELS.get(label, label))  # "to go"
        for token, head, label in zip(tokens, tree.head, tree.label, strict=True)
    ]


class _Tree:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.head = [token.head for token in tokens]
        self.label = [token.label for token in tokens]

    def children(self, head: int, *labels: str) -> list[int]:
        return [
            place for place, own in enumerate(self.head) if own == head and (not labels or self.label[place] in labels)
        ]

    def promote(self, child: int, over: int, label: str) -> None:
        """Let ``child`` take the place of ``over``, which then hangs on it by ``label``, as does all that hung
        there.
        """
        for other in self.children(over):
            self.head[other] = child
        self.head[child], self.label[child] = self.head[over], self.label[over]
        self.head[over], self.label[over] = child, label

    def turn_copula(self, be: int) -> None:
        """“She is tall”, “she is on the roof”: tall and roof govern, not "is"; "there is a cat" stays, with cat as
        subject.
        """
        if self.tokens[be].lemma != "be" or self.label[be] in ("aux", "auxpass"):
            return
        joined = self.children(be, "attr", "acomp")
        if self.children(be, "expl"):
            for place in joined:
                self.label[place] = "nsubj"
        elif joined:
            self.promote(joined[-1], be, "cop")
        elif objects := [noun for place in self.children(be, "prep") for noun in self.children(place, "pobj")]:
            adposition = self.head[objects[0]]
            self.promote(objects[0], adposition, "case")
            self.promote(objects[0], be, "cop")

    def turn_adposition(self, place: int) -> None:
        """“on the roof”: roof takes the place of "on", as an oblique of a predicate and a modifier of a noun."""
        governor, label = self.head[place], self.label[place]
        is_adposition = label in ADPOSITIONS or (label == "conj" and self.tokens[place].upos == "ADP")
        if not is_adposition or not (objects := self.children(place, "pobj", "pcomp")):
            return
        noun = objects[0]
        of_noun = governor != ROOT and self.tokens[governor].upos in NOMINAL and not self.children(governor, "cop")
        clause = self.label[noun] == "pcomp"
        self.promote(noun, place, "mark" if clause else "case")
        if label == "conj":
            return
        if governor != ROOT and self.label[governor] in ADPOSITIONS:
            self.label[noun] = "pobj"
        elif clause:
            self.label[noun] = "acl" if of_noun else "advcl"
        else:
            self.label[noun] = "nmod" if of_noun else "obl:agent" if label == "agent" else "obl"

    def flatten_conjuncts(self) -> None:
        """In “a, b and c” all hang on a, and "and" on c."""
        for place, label in enumerate(self.label):
            if label == "cc":
                following = [other for other in self.children(self.head[place], "conj") if other > place]
                self.head[place] = following[0] if following else self.head[place]
        for place, label in enumerate(self.label):
            if label == "conj":
                while self.head[place] != ROOT and self.label[self.head[place]] == "conj":
                    self.head[place] = self.head[self.head[place]]
