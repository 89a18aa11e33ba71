"""How a pair is fed to a model: which tokens, and what each of them stands for.

As a pair, an encoder reads ``[CLS] A [SEP] B [SEP]`` as its tokenizer joins them; a causal model reads a first token (BOS, where
there is one), A, a line break tokenised apart, B; of an encoder–decoder the encoder reads A, and the decoder is shown B
step by step. In a chat or a template of one's own (see ``Feeding``) the first two read one text with both in it, and an
encoder one with A. A second sentence that a model is to write itself is written first, unwatched, and then fed.
"""

from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor

from mhattn_core.attention.decode import is_token
from mhattn_core.attention.inputs import check_inputs
from mhattn_core.attention.languages import language_of, other_language, set_languages
from mhattn_core.attention.model_inputs import ModelInputs, with_masks
from mhattn_core.attention.pieces import Encoded, encode, encode_target
from mhattn_core.attention.prompts import check_feeding, fed_as, prompt_of
from mhattn_core.attention.second_sentence import Generated, Share, generated
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.feeding import AS_PAIR, CHAT, MOST_NEW_TOKENS
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import cut

LINE_BREAK = "\n"


def prepare_inputs(model: Model, pair: SentencePair) -> ModelInputs:
    """Tokenise a pair for ``model``. Raises Problem for an empty or overlong sentence, for one that cannot be fed in this
    way, and for masked words where the tokenizer has no mask token.
    """
    if not pair.a:
        raise Problem(_("There is no sentence to look at."), _("Type one, or choose one from the gallery."))
    if pair.feeding.is_generated:
        check_feeding(model, pair.feeding)
    if "cross" in model.stacks:
        return with_masks(model, _feed_encoder_decoder(model, pair), pair.masked)
    pair = _written_out(model, pair)
    encoded = _sequence(model, pair)
    check_inputs(model, encoded.inputs)
    (stack,) = model.stacks
    pieces = {stack: encoded.pieces}
    fed = ModelInputs(_tensors(model, encoded.inputs), pieces, pieces, {"a": pair.a, "b": pair.b})
    return with_masks(model, fed, pair.masked)


def second_sentence(model: Model, pair: SentencePair, *, tell: Share = lambda _share: None) -> Generated:
    """What the model writes for the second sentence of a pair, whatever stands there: the answer to A in its chat
    template, what follows A where it has none, an encoder–decoder its target. Greedy, at most ``max_new_tokens`` of the
    feeding. tell: hears after each token which share may be done.

    Raises Problem for a model that cannot write, or a text that it cannot take, and where it writes nothing.
    """
    alone = replace(pair, target="", target_words=())
    longest = pair.feeding.max_new_tokens or MOST_NEW_TOKENS
    if "cross" in model.stacks:
        reads, language = _languages(pair)
        with model.tokenizing:
            set_languages(model, reads, language)
            source = _source(model, alone)
        check_inputs(model, source.inputs)
        writer = model.writer or model
        return generated(writer, _tensors(model, source.inputs), longest=longest, language=language, tell=tell)
    asked = _sequence(model, replace(alone, feeding=fed_as(model, pair.feeding)))
    check_inputs(model, asked.inputs)
    answer = generated(model, _tensors(model, asked.inputs), longest=longest, tell=tell)
    is_chat = fed_as(model, pair.feeding).how == CHAT
    return replace(answer, text=answer.text.strip()) if is_chat else answer


def _written_out(model: Model, pair: SentencePair) -> SentencePair:
    """As this model reads it, with the second sentence where it is to write one."""
    if pair.feeding.is_generated:
        target = pair.target or second_sentence(model, pair).text
        pair = replace(pair, target=target, feeding=fed_as(model, pair.feeding))
    return pair


def _sequence(model: Model, pair: SentencePair) -> Encoded:
    """Both sentences in one sequence."""
    is_causal = model.stacks == ("decoder",)
    if pair.feeding != AS_PAIR:
        prompt = prompt_of(model, pair)
        encoded = encode(model, prompt.text, special=not (is_causal or prompt.has_specials))
        pieces = prompt.placed(encoded.pieces)
        if not is_causal:
            return replace(encoded, pieces=pieces)
        return _read_in_order(pieces) if prompt.has_specials else _begun(model, pieces)
    if not is_causal:
        return encode(model, pair.a.text, pair.b.text)
    pieces = encode(model, pair.a.text, special=False).pieces
    if pair.b:
        line_break = tuple(Piece(piece.id) for piece in encode(model, LINE_BREAK, special=False).pieces)
        second = encode(model, pair.b.text, special=False).pieces
        pieces += line_break + tuple(replace(piece, side="b") if piece.side else piece for piece in second)
    return _begun(model, pieces)


def _begun(model: Model, pieces: tuple[Piece, ...]) -> Encoded:
    """What a causal model reads, behind its first token."""
    return _read_in_order((*map(Piece, first_tokens(model)), *pieces))


def _read_in_order(pieces: tuple[Piece, ...]) -> Encoded:
    """The ids alone: what else a tokenizer of encoders gives, a causal model would take for tokens (GPT-2's types)."""
    return Encoded({"input_ids": [piece.id for piece in pieces], "attention_mask": [1] * len(pieces)}, pieces)


def first_tokens(model: Model) -> tuple[int, ...]:
    """What a causal model reads before a text: BOS, the tokenizer's, else the config's, else EOS, else [CLS]; none
    where it knows none of them.

    A config may name a token of another vocabulary. Without a first token the first word may become the sink.
    """
    tokenizer, config = model.tokenizer, model.network.config.get_text_config()
    named = (
        tokenizer.bos_token_id,
        getattr(config, "bos_token_id", None),
        tokenizer.eos_token_id,
        tokenizer.cls_token_id,
    )
    rows = model.tables["input_ids"].tokens
    return tuple(id_ for id_ in named if id_ is not None and 0 <= id_ < rows and is_token(model, id_))[:1]


def with_second_sentence(model: Model, pair: SentencePair) -> SentencePair:
    """The pair with what the model writes where the second sentence is missing: an encoder–decoder always, another one
    where the pair is fed so. As it is where nothing is missing, or the model cannot write it.
    """
    if pair.b or not ("cross" in model.stacks or pair.feeding.is_generated):
        return pair
    with suppress(Problem):
        return replace(pair, target=second_sentence(model, pair).text)
    return pair


def _languages(pair: SentencePair) -> tuple[str, str]:
    """What a translator reads, and what it writes."""
    writes = language_of(pair.b.text) if pair.b else other_language(pair.a.text)
    return pair.source_language or language_of(pair.a.text), pair.target_language or writes


def _feed_encoder_decoder(model: Model, pair: SentencePair) -> ModelInputs:
    reads, writes = _languages(pair)
    with model.tokenizing:
        set_languages(model, reads, writes)
        source = _source(model, pair)
    check_inputs(model, source.inputs)
    inputs = _tensors(model, source.inputs)
    target = pair.b or cut(second_sentence(model, pair).text)
    with model.tokenizing:
        set_languages(model, reads, writes)
        labels = encode_target(model, target.text)
    shifted = shift_right(model, labels.inputs["input_ids"])
    check_inputs(model, {"decoder_input_ids": shifted})
    # Step t reads label t - 1, so each label's piece moves one step on; the last label is never read.
    steps = (Piece(shifted[0]), *labels.pieces[:-1])
    steps = tuple(piece if piece.id == id_ else Piece(id_) for piece, id_ in zip(steps, shifted, strict=True))
    return ModelInputs(
        inputs | {"decoder_input_ids": torch.tensor([shifted], device=model.network.device)},
        {"encoder": source.pieces, "decoder": steps, "cross": steps},
        {"encoder": source.pieces, "decoder": steps, "cross": source.pieces},
        {"a": pair.a, "b": target},
    )


def _source(model: Model, pair: SentencePair) -> Encoded:
    """What the encoder of an encoder–decoder reads."""
    if not pair.feeding.is_template and pair.feeding.how != CHAT:
        return encode(model, pair.a.text)
    prompt = prompt_of(model, replace(pair, target="", target_words=()))
    encoded = encode(model, prompt.text)
    return replace(encoded, pieces=prompt.placed(encoded.pieces))


def shift_right(model: Model, labels: list[int]) -> list[int]:
    """What a decoder reads that is to write these labels: its first token, and all labels but the last. Raises Problem
    for a model that does not say with which token it begins.
    """
    own = getattr(model.network, "prepare_decoder_input_ids_from_labels", None)
    start = getattr(model.network.config.get_text_config(), "decoder_start_token_id", None)
    try:
        if own is not None:
            return [int(id_) for id_ in own(torch.tensor([labels]))[0]]
    except AttributeError:  # it asks its config for the first token, which this one may not name
        if start is not None:
            raise
    if start is None:
        raise Problem(
            _("“{name}” does not say with which token its decoder begins.").format(name=model.name),
            _("Add decoder_start_token_id to its config.json."),
        )
    return [int(start), *labels[:-1]]


def _tensors(model: Model, inputs: dict[str, list[int]]) -> dict[str, Tensor]:
    return {name: torch.tensor([row], device=model.network.device) for name, row in inputs.items()}
