"""Token ids back as text."""

from collections.abc import Sequence

from torch import Tensor

from mhattn_core.models import Model


def decoded(model: Model, ids: Sequence[int] | Tensor, *, special: bool = False) -> str:
    """The text of ids ``[position]``, special tokens left out unless asked for.

    An embedding is often wider than the vocabulary; what a network writes from beyond its end stands for nothing.
    """
    with model.tokenizing:
        known = [int(id_) for id_ in ids if id_ < len(model.tokenizer)]
        return str(model.tokenizer.decode(known, skip_special_tokens=not special))
