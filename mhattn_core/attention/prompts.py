"""A pair inside a text: a chat as the tokenizer's template writes it, or a template of somebody's own."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from jinja2.exceptions import TemplateError

from mhattn_core.attention.second_sentence import check_writes
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.models.quiet import first_line
from mhattn_core.text.feeding import AS_PAIR, CHAT, A, B, Feeding
from mhattn_core.text.pair import SentencePair

PartName = Literal["system", "a", "b"]
OWN_MARKS: dict[str, PartName] = {A: "a", B: "b"}
CHAT_MARKS: dict[str, PartName] = {"\ue001": "system", "\ue002": "a", "\ue003": "b"}
"""Characters that no text has a use for; they show where a chat template puts its messages."""
CONTINUED = Feeding(A + B)
"""A model that was trained on no chats goes on where A ends."""
ROLES: dict[PartName, str] = {"system": "system", "a": "user", "b": "assistant"}


class PromptPart(NamedTuple):
    """Characters ``start`` to ``end`` of a prompt are those of a sentence, or the system text, from its character ``first`` on."""

    name: PartName
    start: int
    end: int
    first: int = 0


class Prompt(NamedTuple):
    """A text with a pair in it. has_specials: whether it holds the special tokens that the model is to read."""

    text: str
    parts: tuple[PromptPart, ...]
    has_specials: bool = False

    def placed(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        """Tokens of the prompt, each with the characters of A or B that it covers; the template's own belong to no
        sentence.
        """
        return tuple(self._placed(piece) if piece.side else piece for piece in pieces)

    def _placed(self, piece: Piece) -> Piece:
        """A token that lies across the edge of a part is a token of the part, for the characters that it covers there."""
        found = [(part, max(piece.start, part.start), min(piece.end, part.end)) for part in self.parts]
        found = [
            (part, start, end)
            for part, start, end in found
            if start < end or piece.start == piece.end == start < part.end
        ]
        if not found:
            return Piece(piece.id)
        # It may hold a space beside a word, so that characters which are seen count first.
        part, start, end = max(found, key=lambda one: (len(self.text[one[1] : one[2]].strip()), one[2] - one[1]))
        if part.name == "system":
            return Piece(piece.id, in_system=True)
        shift = part.first - part.start
        return Piece(piece.id, part.name, start + shift, end + shift)


def fed_as(model: Model, feeding: Feeding) -> Feeding:
    """How a pair is fed to this model whose second sentence it writes itself: a chat where its tokenizer has a template,
    else A and what follows it; an encoder–decoder reads A and writes its target. Other feedings are the same for all.
    """
    if not feeding.is_generated:
        return feeding
    if "cross" in model.stacks:
        return AS_PAIR
    return Feeding(CHAT, feeding.system) if model.tokenizer.chat_template else CONTINUED


def check_feeding(model: Model, feeding: Feeding) -> None:
    """Raises Problem for a model that takes no pair in this way."""
    if feeding.is_generated:
        check_writes(model)
        if feeding.system and fed_as(model, feeding).how != CHAT:
            raise Problem(
                _("“{name}” has no chat template, so it takes no system text.").format(name=model.name),
                _("Leave the system text out, or choose a model that was trained on chats."),
            )
        return
    if "cross" in model.stacks and (feeding.how == CHAT or B in feeding.how):
        raise Problem(
            _("“{name}” reads the first sentence in its encoder and the second in its decoder.").format(
                name=model.name
            ),
            _("Feed it as a pair, or in a template with {a} alone.").format(a=A),
        )
    if feeding.how == CHAT and not model.tokenizer.chat_template:
        raise Problem(
            _("“{name}” has no chat template.").format(name=model.name),
            _(
                "Feed it in a template of your own, such as “{example}”, or choose a model that was trained on chats."
            ).format(example=f"Question: {A} Answer: {B}"),
        )


def prompt_of(model: Model, pair: SentencePair) -> Prompt:
    """The text that a pair is fed in. Raises Problem as ``check_feeding``, for a chat template that refuses the pair or
    rewrites it, and for a template of one's own that leaves the second sentence out.
    """
    check_feeding(model, pair.feeding)
    texts: dict[PartName, str] = {"system": pair.feeding.system, "a": pair.a.text, "b": pair.b.text if pair.b else ""}
    if pair.feeding.how == CHAT:
        return _chat(model, texts)
    if pair.b and B not in pair.feeding.how:
        raise Problem(
            _("The template “{template}” leaves the second sentence out.").format(template=pair.feeding.how),
            _("Write {b} where it is to stand, or leave the second sentence empty.").format(b=B),
        )
    return _filled(pair.feeding.how, OWN_MARKS, texts)


def _chat(model: Model, texts: Mapping[PartName, str]) -> Prompt:
    written = _written(model, texts)
    marks = {part: mark for mark, part in CHAT_MARKS.items() if texts[part]}
    skeleton = _written(model, {part: marks.get(part, "") for part in texts})
    if any(skeleton.count(mark) != 1 for mark in marks.values()):
        raise _rewritten(model)
    for given in (texts, {part: text.strip() for part, text in texts.items()}):
        prompt = _filled(skeleton, CHAT_MARKS, given)
        if prompt.text == written:
            blanks = {part: text.index(given[part]) for part, text in texts.items()}
            return Prompt(written, tuple(part._replace(first=blanks[part.name]) for part in prompt.parts), True)
    raise _rewritten(model)


def _written(model: Model, texts: Mapping[PartName, str]) -> str:
    """The chat as the tokenizer's own template writes it, which transformers runs in a sandbox; without an answer, up
    to where the model is to answer.
    """
    messages = [{"role": ROLES[part], "content": text} for part, text in texts.items() if text]
    try:
        chat = model.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=not texts["b"])
    except (TemplateError, TypeError, ValueError) as error:
        raise Problem(
            _("The chat template of “{name}” does not take this pair: {reason}").format(
                name=model.name, reason=first_line(error)
            ),
            _("Leave the system text out, or feed the pair in a template of your own."),
        ) from error
    return str(chat)


def _rewritten(model: Model) -> Problem:
    return Problem(
        _("The chat template of “{name}” does not write the texts as they are.").format(name=model.name),
        _("Feed the pair in a template of your own."),
    )


def _filled(template: str, marks: Mapping[str, PartName], texts: Mapping[PartName, str]) -> Prompt:
    """The texts where their marks stand; all else, braces too, stays as it is written."""
    text, parts = "", list[PromptPart]()
    for piece in re.split("(" + "|".join(map(re.escape, marks)) + ")", template):
        if piece in marks:
            part = marks[piece]
            parts.append(PromptPart(part, len(text), len(text) + len(texts[part])))
        text += texts[marks[piece]] if piece in marks else piece
    return Prompt(text, tuple(parts))
