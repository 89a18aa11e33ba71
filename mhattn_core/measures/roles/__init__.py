"""Which head does what: links between words, whether heads find them, and how sure that is."""

from mhattn_core.measures.roles.collect import BatchPairs, Collector, joined
from mhattn_core.measures.roles.hits import Hits, can_be_answered, hits
from mhattn_core.measures.roles.items import item_table
from mhattn_core.measures.roles.links import DIRECTIONS, Direction, Links, Questions, questions
from mhattn_core.measures.roles.mass import MassSums, mass_sums
from mhattn_core.measures.roles.table import (
    CONTROL,
    RandomControls,
    Role,
    StackItems,
    as_this_version_has_it,
    best_of_random,
    relations_table,
    unmeasurable,
)
from mhattn_core.measures.roles.verdicts import reason_words

__all__ = [
    "CONTROL",
    "DIRECTIONS",
    "BatchPairs",
    "Collector",
    "Direction",
    "Hits",
    "Links",
    "MassSums",
    "Questions",
    "RandomControls",
    "Role",
    "StackItems",
    "as_this_version_has_it",
    "best_of_random",
    "can_be_answered",
    "hits",
    "item_table",
    "joined",
    "mass_sums",
    "questions",
    "reason_words",
    "relations_table",
    "unmeasurable",
]
