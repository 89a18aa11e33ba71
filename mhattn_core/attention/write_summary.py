"""A summary that a model writes itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mhattn_core.attention.decode import decoded
from mhattn_core.attention.inputs import check_inputs
from mhattn_core.attention.languages import first_of
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.prepare_inputs import first_tokens, prepare_inputs
from mhattn_core.attention.segments import LONGEST_WINDOW, SegmentPart, windows
from mhattn_core.attention.summary_task import summary_feeding, summary_settings
from mhattn_core.attention.write import write
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.documents import Document, written_in
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.words import cut

LONGEST = 60
"""Tokens of a summary where a model says nothing of its length."""
MOST = 200
"""Tokens of a summary, whatever a model says."""
ASKED = {"en": "Summarise this text in two sentences.\n\n{text}", "zh": "用两句话概括这篇文章。\n\n{text}"}
"""What a model that was trained on instructions is asked."""
BEGUN = {"en": "\nSummary:", "zh": "\n摘要："}
"""What another causal model goes on after."""


@dataclass(frozen=True)
class Written:
    """text: the summary. complete: whether it came to an end before the most tokens that it may write. read: the parts
    of the document that it had before it.
    """

    text: str
    complete: bool
    read: tuple[SegmentPart, ...]


@torch.no_grad()
def write_summary(
    model: Model,
    document: Document,
    *,
    longest: int | None = None,
    window: int = LONGEST_WINDOW,
    tell: Callable[[float], object] = lambda _share: None,
) -> Written:
    """Let a translator-like or a causal model write about the first window of a document; nothing is drawn at random.

    One with cross-attention writes by its own settings (beams, shortest and longest text, no repeats), as its makers'
    pipeline does; a causal one takes the likest token each time. longest: most tokens; by default as many as the
    model's own settings say, up to 200, or else 60.
    tell: hears after each token which share of them is written; what it raises ends the work.
    Raises Problem for a model that does not write, or writes nothing.
    """
    if "decoder" not in model.stacks or model.head != "language":
        raise Problem(
            _("“{name}” does not write: it only reads.").format(name=model.name),
            _("Type a summary, or choose a model that writes."),
        )
    settings, own = _settings(model)
    cross = "cross" in model.stacks
    # A causal model has one room for the document, for what is asked, and for the answer.
    longest = min(longest or own, model.longest_target - 2 if cross else model.longest // 4)
    room = model.longest - (0 if cross else 2 * longest)
    (read, *_rest) = windows(model, document, cut(""), longest=min(window, room))
    inputs, first = _inputs(model, _text(document, read))
    before = 1 if cross else inputs["input_ids"].shape[1]

    options = settings | first | {"do_sample": False, "return_dict_in_generate": False, "max_new_tokens": longest}
    tokens = write(model, inputs | options, lambda tokens: tell((tokens.shape[1] - before) / longest))
    new = tokens[0, before:]
    text = " ".join(decoded(model, new).split())
    if not cut(text):
        raise Problem(_("“{name}” wrote nothing in answer.").format(name=model.name), _("Type a summary."))
    return Written(text, len(new) < longest, read)


def _settings(model: Model) -> tuple[dict[str, Any], int]:
    """What ``generate`` is told, and how many tokens the model writes at most."""
    if "cross" not in model.stacks:
        return {"num_beams": 1}, LONGEST
    settings = summary_settings(model)
    network: Any = model.network
    usual = network.generation_config
    new, whole = (settings.pop(name, None) or getattr(usual, name) for name in ("max_new_tokens", "max_length"))
    # The token that it begins with counts in the whole.
    return settings, min(new or (whole or LONGEST + 1) - 1, MOST)


def _text(document: Document, parts: tuple[SegmentPart, ...]) -> str:
    texts = []
    for part in parts:
        words = document.sentences[part.segment].words[part.start : part.end]
        texts.append(document.sentences[part.segment].text[words[0].start : words[-1].end])
        if part.end == len(document.sentences[part.segment].words):  # what closes it is no word
            texts[-1] = document.sentences[part.segment].text[words[0].start :]
    return document.separator.join(texts)


def _inputs(model: Model, text: str) -> tuple[dict[str, Tensor], dict[str, int]]:
    """What the model reads before it writes, and with which token it begins where that must be said."""
    language = written_in(text)
    if "cross" in model.stacks:
        # Fed with some second text, or prepare_inputs would let the model write one, without telling how far it is.
        fed = prepare_inputs(model, SentencePair(text, ".", target_language="", feeding=summary_feeding(model)))
        return {name: tensor for name, tensor in fed.inputs.items() if name != "decoder_input_ids"}, first_of(
            model, language
        )
    tokenizer: Any = model.tokenizer
    with model.tokenizing:
        if tokenizer.chat_template:
            asked = [{"role": "user", "content": ASKED[language].format(text=text)}]
            ids = list(tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True)["input_ids"])
        else:
            ids = [
                *first_tokens(model),
                *(piece.id for piece in encode(model, text + BEGUN[language], special=False).pieces),
            ]
    check_inputs(model, {"input_ids": ids})
    tensor = torch.tensor([ids], device=model.network.device)
    return {"input_ids": tensor, "attention_mask": torch.ones_like(tensor)}, {}
