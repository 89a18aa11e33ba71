"""Static word vectors that a person brings, for words that go together."""

from collections.abc import Callable

import numpy as np

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.annotation.annotated import Similarity
from mhattn_core.text.reading.decode import decode, lines

RELATED = 0.5
"""From this cosine on two words count as tied. Ours; vectors differ, so compare only what was measured with the same
file.
"""


def read_vectors(name: str, content: bytes) -> Similarity:
    """Vectors as text, one word a line: the word, then its numbers, with spaces between (as word2vec and fastText write
    them; a first line of two counts is passed over). Words that are missing are like no other: cosine 0.

    Raises Problem at a line that is not so, or of another length, naming it.
    """
    text, _encoding = decode(name, content)
    vectors: dict[str, np.ndarray] = {}
    length = 0
    for number, line in enumerate(lines(text), 1):
        word, *numbers = line.split() or [""]
        if not numbers or (number == 1 and len(numbers) == 1):
            continue
        try:
            vector = np.array(numbers, dtype=np.float32)
        except ValueError:
            vector = np.full(1, np.nan, dtype=np.float32)
        length = length or len(numbers)
        if len(vector) != length or not np.isfinite(vector).all():
            raise Problem(
                _("Line {line} of “{name}” does not give a word and {length} numbers.").format(
                    line=number, name=name, length=length
                ),
                _("Write one word a line and its vector after it, numbers with spaces between."),
            )
        vectors[word.lower()] = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return Similarity(_cosine(vectors), RELATED)


def _cosine(vectors: dict[str, np.ndarray]) -> Callable[[str, str], float]:
    def of(one: str, other: str) -> float:
        known = one.lower() in vectors and other.lower() in vectors
        return float(vectors[one.lower()] @ vectors[other.lower()]) if known else 0.0

    return of
