"""Words as vectors, from the hidden states of an encoder."""

import numpy as np
import torch
from jaxtyping import Float

from mhattn_core.attention.inputs import check_inputs
from mhattn_core.attention.languages import language_of, other_language, set_languages
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.word_grid import word_axis
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import Sentence

DEPTH = 2 / 3
"""Where the words are taken: SimAlign found layer 8 of 12 best for multilingual BERT."""


@torch.no_grad()
def word_embeddings(model: Model, sentence: Sentence, language: str = "") -> Float[np.ndarray, "word dimension"]:
    """Each word's mean hidden state at two thirds of the encoder's depth, float32 ``[word, dimension]``; NaN where no
    piece covers it.

    The sentence is read alone. Raises Problem for a model without an encoder, and for an overlong sentence.
    Source: Jalili Sabet et al. 2020 (SimAlign), sections 2 and 4.
    """
    if "encoder" not in model.stacks:
        raise Problem(
            _("“{name}” has no encoder, so its hidden states know only what came before a word.").format(
                name=model.name
            ),
            _("Choose an encoder or a translator."),
        )
    with model.tokenizing:
        if "cross" in model.stacks:
            set_languages(model, language or language_of(sentence.text), other_language(sentence.text))
        encoded = encode(model, sentence.text)
    check_inputs(model, encoded.inputs)
    encoder = model.network.get_encoder() if "cross" in model.stacks else model.network.base_model
    inputs = {name: torch.tensor([row], device=model.network.device) for name, row in encoded.inputs.items()}
    states = encoder(**inputs, output_hidden_states=True).hidden_states
    # The first of them are the embeddings, before any layer.
    chosen = states[round((len(states) - 1) * DEPTH)][0].float().cpu().numpy()
    return word_axis(encoded.pieces, {"a": sentence}, model.tokenizer.unk_token_id).averaged(chosen)


def word_similarity(model: Model, pair: SentencePair) -> Float[np.ndarray, "target source"]:
    """Cosine between every word of B and every word of A, ``[target word, source word]``, −1 to 1. Raises Problem as
    ``word_embeddings``.
    """
    source, target = (
        word_embeddings(model, pair.a, pair.source_language),
        word_embeddings(model, pair.b, pair.target_language),
    )
    source, target = (words / np.linalg.norm(words, axis=1, keepdims=True) for words in (source, target))
    return np.asarray(target @ source.T)
