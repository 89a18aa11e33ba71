"""Which of two sentences a translator reads."""

from mhattn_core.attention.languages import language_of
from mhattn_core.models.readers import reads
from mhattn_core.text.pair import SentencePair


def is_turned(name: str, pair: SentencePair) -> bool:
    """Whether a model should read the second sentence as its source: it is in the one language that it reads, and the
    first is not.
    """
    return bool(pair.b) and reads(name) == language_of(pair.b.text) != language_of(pair.a.text)
