"""Which source word feeds which target word: a head's weights as target × source, whatever kind of model it is in."""

import numpy as np

from mhattn_core.arrays.alignment_weights import AlignmentWeights, Rows, Weighting
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.models.model import Model
from mhattn_core.text.words import Sentence


def alignment_readings(model: Model) -> tuple[tuple[str, Rows], ...]:
    """The stacks and rows of a model in which words of B meet words of A.

    ``awo``: the step that predicts a word; ``awi``: the step that reads it (one later). An encoder that reads both
    sentences has the two blocks ``b_to_a`` and ``a_to_b``.
    Source: AWO and AWI, Kobayashi et al. 2020, section 6; the shift also Chen et al. 2020.
    """
    if "cross" in model.stacks:
        return ("cross", "awi"), ("cross", "awo")
    if model.stacks == ("decoder",):
        return ("decoder", "awi"), ("decoder", "awo")
    return ("encoder", "b_to_a"), ("encoder", "a_to_b")


def alignment_weightings(model: Model) -> tuple[Weighting, ...]:
    """``norm`` is missing where a model does not tell its values, or they have no one length through W_O."""
    return ("pattern", "norm") if model.attention.gives_value_norms else ("pattern",)


def alignment_weights(seen: AttentionResult, rows: Rows, weight: Weighting = "pattern") -> AlignmentWeights:
    """The part of the patterns that leads from one sentence to the other, on words.

    weight: the pattern, or the pattern times the length of what each key gives (``AttentionResult.value_norms``).
    Pieces of the word that is looked at are summed, pieces of the word that looks averaged. In cross-attention the
    source's end competes with its words; in a joint pair the sinks would leave no word, so special tokens are passed
    over.
    Raises ValueError for rows that the model does not have, Problem for norms that it does not give.
    Source: Kobayashi et al. 2020, section 6 and released code.
    """
    stacks = {known: stack for stack, known in alignment_readings(seen.model)}
    if rows not in stacks:
        raise ValueError(f"rows {rows!r} is not one of {tuple(stacks)}")
    stack = stacks[rows]
    pattern = seen.pattern(stack)
    if weight == "norm":
        pattern = pattern * seen.value_norms(stack)[:, :, None, :]
    queries, keys = seen.pieces(stack)
    if rows == "awo":
        # The step before reads nothing of the word yet, and predicts it.
        queries = (*queries[1:], Piece(-1))
    unknown = seen.model.tokenizer.unk_token_id
    query_axis, key_axis = (word_axis(pieces, seen.sentences, unknown) for pieces in (queries, keys))
    grid = to_words(pattern, query_axis, key_axis)
    ends = [place for place, piece in enumerate(keys) if piece.side is None and piece.id in end_tokens(seen.model)]
    if stack == "cross" and ends:
        no_link = query_axis.averaged(pattern[..., ends]).max(axis=-1)
    else:
        no_link = np.zeros(
            (*pattern.shape[:2], len(seen.sentences["a" if rows == "a_to_b" else "b"].words)), dtype=np.float32
        )
    weights = np.swapaxes(grid.block("a", "b"), -1, -2) if rows == "a_to_b" else grid.block("b", "a")
    return AlignmentWeights(
        stack, rows, weight, weights, no_link, *(_texts(seen.sentences[side]) for side in ("b", "a"))
    )


def end_tokens(model: Model) -> set[int]:
    """Ids of special tokens that stand for “nothing”; a language code is not one of them, and its column is dropped."""
    tokenizer = model.tokenizer
    ends = (tokenizer.eos_token_id, tokenizer.sep_token_id, tokenizer.bos_token_id, tokenizer.cls_token_id)
    return {id_ for id_ in ends if id_ is not None}


def _texts(sentence: Sentence) -> tuple[str, ...]:
    return tuple(word.text for word in sentence.words)
