"""What the sidebar holds, as every page reads it."""

from dataclasses import dataclass

from mhattn_core.text.pair import SentencePair

MODELS, PAIR = "models", "pair"
"""State keys, and parameters of the address."""
MOST_MODELS = 12
OPENED_AT_ONCE = 4
"""Models of a run that a link to it opens: each is loaded."""


@dataclass(frozen=True)
class Controls:
    """models: names, one to four; pair: the sentences as typed; gallery_id: empty for a person's own pair.

    evidence: ``pair``, or the key of a finished run that pages which can draw from runs draw from.
    """

    models: tuple[str, ...]
    pair: SentencePair
    gallery_id: str
    evidence: str
