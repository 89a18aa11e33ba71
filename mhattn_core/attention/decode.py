"""Token ids back as text."""

from collections.abc import Sequence

from jaxtyping import Int
from torch import Tensor

from mhattn_core.models.model import Model

PART_OF_CHARACTER = "\N{REPLACEMENT CHARACTER}"
"""What bytes that make no whole character are read as."""


def decoded(model: Model, ids: Sequence[int] | Int[Tensor, " position"], *, special: bool = False) -> str:
    """The text of ids ``[position]``, special tokens left out unless asked for.

    An embedding is often wider than the vocabulary; what a network writes from beyond its end stands for nothing.
    """
    with model.tokenizing:
        known = [int(id_) for id_ in ids if is_token(model, int(id_))]
        return str(model.tokenizer.decode(known, skip_special_tokens=not special))


def is_token(model: Model, id_: int) -> bool:
    """Whether the tokenizer has a token of this number; numbers need not follow one another."""
    try:
        return model.tokenizer.convert_ids_to_tokens(id_) is not None
    except IndexError:  # of a tokenizer that looks it up in a file of SentencePiece
        return False
