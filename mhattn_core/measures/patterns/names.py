"""What the numbers of a pattern's shape are called."""

from mhattn_core.measures.roles.scores import FARTHEST

PART = "part."
"""Before the name of each part of a head's weight; see ``parts``."""
OFFSET = "pattern.offset."
"""Before a signed number of words; see ``offset_shares``."""
NEAR_OFFSETS = range(-FARTHEST, FARTHEST + 1)
