"""Whether a network can take what it is to be fed: not too many tokens, and each of them one that it has learned."""

from collections.abc import Mapping, Sequence

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model


def check_inputs(model: Model, inputs: Mapping[str, Sequence[int]]) -> None:
    """inputs: rows of numbers by the network's names, as tokenizers give them. Raises Problem for what it cannot
    take.
    """
    for name in model.tables.keys() & inputs.keys():
        ids, longest = inputs[name], _longest(model, name)
        if not len(ids):
            raise Problem(
                _("The tokenizer of “{name}” makes no token of this text.").format(name=model.name),
                _("Type another, or choose another model."),
            )
        if len(ids) > longest:
            raise Problem(
                _("This sentence has {tokens} tokens; “{name}” takes {longest}.").format(
                    tokens=len(ids), name=model.name, longest=longest
                ),
                _("Shorten it, or choose a model that takes longer text."),
            )
        beyond = next((id_ for id_ in ids if id_ >= model.tables[name].tokens), None)
        if beyond is not None:
            raise _not_learned(model, beyond, model.tables[name].tokens)


def fits(model: Model, inputs: Mapping[str, Sequence[int]]) -> bool:
    """Whether the model can be fed the pair: ``check_inputs`` raises nothing."""
    known = model.tables.keys() & inputs.keys()
    return all(
        0 < len(inputs[name]) <= _longest(model, name) and max(inputs[name]) < model.tables[name].tokens
        for name in known
    )


def padding(model: Model, name: str) -> int:
    """What shorter rows of an input are filled up with; a padding token that was added to the tokenizer alone is
    none.
    """
    own = model.tokenizer.pad_token_id
    return own if name in model.tables and own is not None and own < model.tables[name].tokens else 0


def _longest(model: Model, name: str) -> int:
    return model.longest_target if name == "decoder_input_ids" else model.longest


def _not_learned(model: Model, id_: int, rows: int) -> Problem:
    return Problem(
        _(
            "“{name}” has never learned the token “{token}”: its tokenizer has {tokens} tokens, its embedding {rows}."
        ).format(
            name=model.name, token=model.tokenizer.convert_ids_to_tokens(id_), tokens=len(model.tokenizer), rows=rows
        ),
        _(
            "Use the tokenizer that the model was trained with, or fit the embedding to this one "
            "(resize_token_embeddings) and train it."
        ),
        _("Text without this token can be read."),
    )
