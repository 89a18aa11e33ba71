"""All items of a corpus, and why a relation has none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mhattn_core.locale import _
from mhattn_core.text.annotation.annotated import Annotated, AnnotatedSentence
from mhattn_core.text.relations.relation import RELATIONS, Need, Relation
from mhattn_core.text.relations.sentiment import valences


@dataclass(frozen=True, eq=False)
class FoundItems:
    """Items of several relations in several pairs, int ``[item]`` each: row of the pair, place of the relation in
    ``names``, and the query and the key word, counted through A and on through B."""

    names: tuple[str, ...]
    pair: np.ndarray
    relation: np.ndarray
    query: np.ndarray
    key: np.ndarray


def find_items(pairs: Sequence[Annotated], relations: Sequence[Relation] = (), *, control: bool = False) -> FoundItems:
    """The items of these relations (by default of all), pair by pair; with ``control`` those that they are compared
    with.

    Relations without a control have no such items. No item ties a word to itself, and none is there twice.
    """
    chosen = tuple(relations) or tuple(RELATIONS.values())
    rows = [
        (place, number, query, key)
        for place, pair in enumerate(pairs)
        for number, relation in enumerate(chosen)
        if (find := relation.control if control else relation.find)
        for query, key in sorted(set(find(pair)))
        if query != key
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return FoundItems(tuple(relation.name for relation in chosen), *columns)


def missing(relation: Relation, pairs: Sequence[Annotated]) -> str:
    """Why a relation is *not measurable* on these pairs, in a sentence for people; empty if at least one pair has all
    that it needs.
    """
    first = ""
    for pair in pairs:
        lack = _lacks(relation, pair)
        if not lack:
            return ""
        first = first or lack
    return first


def _lacks(relation: Relation, pair: Annotated) -> str:
    sides = [side for _start, side in pair.sides]
    if "both sentences" in relation.needs and len(sides) < 2:
        return _("It ties two sentences, and there is one.")
    if "alignment" in relation.needs and not pair.alignment:
        return _("It needs links between the words of both sentences, drawn by a person.")
    if relation.languages and not any(side.language in relation.languages for side in sides):
        return _("There are no word lists for this language.")
    for side in sides:
        if all(_has(need, side) for need in relation.needs - {"both sentences", "alignment"}) and (
            not relation.languages or side.language in relation.languages
        ):
            return ""
    if "tree" in relation.needs:
        if any(side.language == "en" for side in sides):
            return _("It has no tree, and it was not parsed.")
        return _("There is no parser for its language here. A .conllu file brings the trees along.")
    if "part of speech" in relation.needs:
        return _("It needs parts of speech, from a tree, a parser or a dictionary.")
    if "similarity" in relation.needs:
        return _("It needs static vectors of words.")
    return _(
        "There is no lexicon for this language. Bring your own: one word a line, a tab, and how strong the feeling is."
    )


def _has(need: Need, side: AnnotatedSentence) -> bool:
    match need:
        case "tree":
            return side.tree
        case "part of speech":
            return any(word.upos for word in side.words)
        case "similarity":
            return side.resources.similarity is not None
        case "valence":
            return bool(valences(side))
        case _:
            return True
