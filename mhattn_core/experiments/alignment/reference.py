"""Links to compare a head's with where nobody drew any: those of an aligner of another kind."""

import numpy as np
from jaxtyping import Bool

from mhattn_core.attention.attend import attend
from mhattn_core.attention.languages import language_of
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.token_kinds import unknown_share
from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.align import embedding_links, mean_links
from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.models.model import Model
from mhattn_core.models.readers import reads
from mhattn_core.text.pair import SentencePair

UNKNOWN_BELOW = 0.5
"""From this share of unknown pieces on, an encoder's vectors say nothing about the words."""


def reference_links(model: Model, pair: SentencePair) -> Bool[np.ndarray, "target source"] | None:
    """Links of a reference aligner: a translator as a whole, or an encoder's embeddings; None where the model does not
    read both sentences.

    Source: see ``mean_links`` and ``embedding_links``. They are another model's guess, not gold.
    """
    try:
        if not reads(model.name):
            return embedding_links(model, pair) if _knows(model, pair) else None
        if language_of(pair.a.text) == language_of(pair.b.text):
            return None  # a translator has nothing to say about two sentences of one language
        turned = is_turned(model.name, pair)
        links = mean_links(attend(model, pair.turned if turned else pair))
    except Problem:
        return None
    return links.T if turned else links


def _knows(model: Model, pair: SentencePair) -> bool:
    unknown = model.tokenizer.unk_token_id
    read = [encode(model, sentence.text, special=False).pieces for sentence in (pair.a, pair.b)]
    return all(unknown_share(pieces, unknown) < UNKNOWN_BELOW for pieces in read)
