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
LONGEST_CLASSIFIED = 64
CONTEXTS = 30
"""Of 64 words each: so many keep 270 heads of 30 layers within minutes, and carry an interval."""

ReadAs = Literal["context", "sentence", "pair", "whole"]


@dataclass(frozen=True)
class AblationText:
    """``unit``: what is resampled as one, the document where it is known, else the text, of a classifier's pair the
    first, which several pairs may share; ``scored_from``: see
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
    corpus that is too short for one, sentences. A classifier: at most 200 texts, or pairs, as the corpus has them, of
    64 words a side. All others: at most 200 sentences of 4 to 10 words, of a translator pairs whose sides are of that
    length. Of encoders only the first sentence is read; the second is what a model without a language head looks for.
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
    classifies = asked == "class"
    shortest, longest = (1, LONGEST_CLASSIFIED) if classifies else (SHORTEST, LONGEST)
    found: dict[str, AblationText] = {}
    for record in records:
        pair = record.pair
        is_pair = asked == "forced" or (classifies and bool(pair.b))
        sides = [pair.a, pair.b] if is_pair else [pair.a]
        if all(shortest <= len(side.words) <= longest for side in sides):
            read = SentencePair(pair.source, source_words=pair.source_words) if asked in ("next", "masked") else pair
            text = "\n".join(side.text for side in sides)
            kind: ReadAs = "whole" if classifies else "pair" if is_pair else "sentence"
            unit = record.document or (pair.a.text if classifies else text)
            found.setdefault(text, AblationText(read, unit, kind, label=record.label if classifies else ""))
    return [found[text] for text in sorted(found, key=_hash)[:SENTENCES]]


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), person=b"ablation").digest()
