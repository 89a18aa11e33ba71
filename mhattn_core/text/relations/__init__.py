"""Relations between words as data: which word belongs to which, for every reason that is looked for in heads."""

# Importing a module registers its relations, in the order in which they are shown.
from mhattn_core.text.relations import syntax  # noqa: F401, I001
from mhattn_core.text.relations import semantics, context, sentiment, sound, position, rare, across  # noqa: F401
from mhattn_core.text.relations.find import FoundItems, find_items, missing
from mhattn_core.text.relations.names import group_label, meaning, relation_label
from mhattn_core.text.relations.relation import RELATIONS, Group, Item, Need, Relation
from mhattn_core.text.relations.sentiment import read_valence

__all__ = [
    "RELATIONS",
    "FoundItems",
    "Group",
    "Item",
    "Need",
    "Relation",
    "find_items",
    "group_label",
    "meaning",
    "missing",
    "read_valence",
    "relation_label",
]
