"""What a masked language model puts in the place of each word, with heads switched off or on."""

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, Replacements, check, switch_off
from mhattn_core.attention.attend import NO_ABLATION, AttentionResult
from mhattn_core.attention.decode import decoded
from mhattn_core.attention.replacements import pair_replacements
from mhattn_core.tap.interface import Call


@torch.no_grad()
def masked_words(seen: AttentionResult, ablate: Ablation = NO_ABLATION) -> pd.DataFrame:
    """Each word hidden in turn, with all its pieces: word, guess (the likeliest piece at each place), probability (of
    the word).

    probability: the product over the word's pieces, each hidden with all the others. Words that no piece covers are
    left out.
    Raises Problem as ``attend``; ValueError for a model without a masked language head.
    """
    model = seen.model
    if model.stacks != ("encoder",) or model.head != "language":
        raise ValueError("masked words are guessed by encoders with a language head")
    check(model, ablate)
    ids = seen.inputs["input_ids"][0]
    pieces = seen.pieces("encoder")[0]
    words = [
        (
            word.text,
            [
                place
                for place, piece in enumerate(pieces)
                if piece.side == side and piece.start < word.end and piece.end > word.start
            ],
        )
        for side, sentence in seen.sentences.items()
        for word in sentence.words
    ]
    words = [(text, places) for text, places in words if places]
    replacements = pair_replacements(model, seen.inputs, ablate, seen.pair)
    rows = []
    for text, places in words:
        masked = ids.clone()
        masked[places] = model.tokenizer.mask_token_id
        likely = _forward(seen, masked, ablate, replacements)[places].log_softmax(dim=-1)
        guess = decoded(model, likely.argmax(dim=-1), special=True).strip()
        rows.append((text, guess, float(likely.gather(-1, ids[places][:, None]).sum().exp())))
    return pd.DataFrame(rows, columns=["word", "guess", "probability"])


def _forward(
    seen: AttentionResult, ids: Int[Tensor, " position"], ablate: Ablation, replacements: Replacements
) -> Float[Tensor, "position vocabulary"]:
    """Logits ``[position, vocabulary]``."""

    def watch(call: Call) -> Tensor:
        return switch_off(call, ablate, replacements)

    with seen.model.attention.watching(watch):
        logits: Tensor = seen.model.network(**seen.inputs | {"input_ids": ids[None]}).logits
    return logits[0].float()
