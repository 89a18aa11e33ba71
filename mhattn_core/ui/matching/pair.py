"""A matched pair of heads: both profiles, and both patterns on the sidebar's pair."""

from mhattn_core.findings.matching.matched import Matched
from mhattn_core.findings.matching.pair import ends_of, matched_pair
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head.live import live_heads
from mhattn_core.ui.show import show


def pair_panel(found: Matched, pair: int, controls: Controls) -> None:
    """Below the picture: one pair in full."""
    show(matched_pair(found, pair, direction_labels()), key="matched-profiles")
    live_heads(ends_of(found, pair), controls)
