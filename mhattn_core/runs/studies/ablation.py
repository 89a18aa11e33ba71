"""What breaks when heads are switched off, one by one, two by two, and many at once."""

from collections.abc import Sequence
from hashlib import blake2b

from mhattn_core.attention.objectives import asked_of
from mhattn_core.experiments.ablation.study import SENTENCES, TABLES, ablation_tables, passes
from mhattn_core.models import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

SHORTEST, LONGEST = 4, 10


def sentences_of(model: Model, records: Sequence[PairRecord]) -> list[SentencePair]:
    """At most 200 of a run's, of 4 to 10 words, chosen by a hash of the text; each text once.

    A translator's are pairs, and count both sides; of other models only the first sentence is read, and the second is
    what a model without a language head looks for.
    """
    asked = asked_of(model)
    found: dict[str, SentencePair] = {}
    for record in records:
        pair = record.pair
        sides = [pair.a, pair.b] if asked == "forced" or (asked == "class" and pair.b) else [pair.a]
        if all(SHORTEST <= len(side.words) <= LONGEST for side in sides):
            read = SentencePair(pair.source, source_words=pair.source_words) if asked in ("next", "masked") else pair
            found.setdefault("\n".join(side.text for side in sides), read)
    chosen = sorted(found, key=lambda text: blake2b(text.encode(), person=b"ablation").digest())[:SENTENCES]
    return [found[text] for text in chosen]


def _measure(given: StudyInput) -> Tables:
    return ablation_tables(given.model, sentences_of(given.model, given.records), tell=given.tell)


ABLATION = Study(tuple(TABLES), _measure, passes=passes, factor=0.3)
