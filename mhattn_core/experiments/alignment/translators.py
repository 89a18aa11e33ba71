"""Which of two sentences a translator reads."""

from mhattn_core.attention.languages import language_of
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.pair import SentencePair

TRANSLATES_ONE_WAY = "marian"


def reads(name: str) -> str:
    """The one language that a translator of the catalogue reads; empty for other models."""
    entry = entries().get(trained_name(name))
    return entry.languages[0] if entry and entry.family == TRANSLATES_ONE_WAY else ""


def is_turned(name: str, pair: SentencePair) -> bool:
    """Whether a model should read the second sentence as its source: it is in the one language that it reads, and the
    first is not.
    """
    return bool(pair.b) and reads(name) == language_of(pair.b.text) != language_of(pair.a.text)
