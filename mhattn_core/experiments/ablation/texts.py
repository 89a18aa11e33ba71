"""What a model reads while heads are off: a bounded sample of a corpus that hangs on its texts alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from mhattn_core.attention.objectives import asked_of
from mhattn_core.models.model import Model
from mhattn_core.text.contexts import contexts
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

SENTENCES, SHORTEST, LONGEST = 200, 4, 10
CONTEXTS = 30
"""Of 64 words each: so many keep 270 heads of 30 layers within minutes, and carry an interval."""

ReadAs = Literal["context", "sentence", "pair"]


@dataclass(frozen=True)
class AblationText:
    """``unit``: what is resampled as one, the document where it is known, else the text; ``scored_from``: see
    ``Context``; ``label``: what a classifier should say of it, where the corpus tells.
    """

    pair: SentencePair
    unit: str
    read_as: ReadAs
    scored_from: int = 0
    label: str = ""

    @property
    def words(self) -> int:
        return len(self.pair.a.words) + len(self.pair.b.words)


def ablation_texts(model: Model, records: Sequence[PairRecord]) -> list[AblationText]:
    """What a model reads of a corpus, each text once, chosen by a hash of it.

    A causal language model: at most 30 contexts (see ``contexts``), one of each document before a second of any; of a
    corpus that is too short for one, sentences. All others: at most 200 sentences of 4 to 10 words, of a translator and
    of a classifier pairs whose sides are of that length. Of encoders only the first sentence is read; the second is
    what a model without a language head looks for.
    """
    found = _contexts(records) if asked_of(model) == "next" else []
    return found or _sentences(model, records)


def _contexts(records: Sequence[PairRecord]) -> list[AblationText]:
    of_text = {context.pair.source: context for context in contexts(records)}
    rank, seen = dict[str, int](), Counter[str]()
    for text in sorted(of_text, key=_hash):
        document = of_text[text].document
        rank[text] = seen[document] if document else 0
        seen[document] += 1
    chosen = sorted(rank, key=lambda text: (rank[text], _hash(text)))[:CONTEXTS]
    return [
        AblationText(context.pair, context.document or text, "context", context.scored_from)
        for text, context in ((text, of_text[text]) for text in chosen)
    ]


def _sentences(model: Model, records: Sequence[PairRecord]) -> list[AblationText]:
    asked = asked_of(model)
    found: dict[str, AblationText] = {}
    for record in records:
        pair = record.pair
        is_pair = asked == "forced" or (asked == "class" and bool(pair.b))
        sides = [pair.a, pair.b] if is_pair else [pair.a]
        if all(SHORTEST <= len(side.words) <= LONGEST for side in sides):
            read = SentencePair(pair.source, source_words=pair.source_words) if asked in ("next", "masked") else pair
            text = "\n".join(side.text for side in sides)
            label = record.label if asked == "class" else ""
            kind: ReadAs = "pair" if is_pair else "sentence"
            found.setdefault(text, AblationText(read, record.document or text, kind, label=label))
    return [found[text] for text in sorted(found, key=_hash)[:SENTENCES]]


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), person=b"ablation").digest()
