"""How a pair is fed to a model: as a pair, as a chat, in a text of one's own, or with what the model itself writes."""

import re
from dataclasses import dataclass, fields
from typing import Any, Literal

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _

PAIR, CHAT, GENERATED = "pair", "chat", "generated"
NEW_TOKENS, MOST_NEW_TOKENS, MOST_WHEN_HOSTED = 60, 200, 60
"""Tokens of a second sentence that a model writes: where nothing is said, at most, and at most on a shared copy."""
A, B = "{a}", "{b}"
EXAMPLE = f"Premise: {A}\nHypothesis: {B}"
Region = Literal["system", "a", "b", "template"]
REGIONS: tuple[Region, ...] = ("system", "a", "b", "template")
"""What the tokens of a fed pair belong to; ``template``: text of the template, separators and special tokens."""
TURNS: dict[Region, Region | str] = {"a": "user", "b": "assistant"}
"""What A and B are in a chat."""


@dataclass(frozen=True)
class Feeding:
    """``how``: ``pair``, as the model's family joins two sentences; ``chat``, A as the user's turn and B as the
    assistant's, in the tokenizer's own chat template; ``generated``, B as the model itself writes it; or a template of
    one's own, a text with ``{a}`` and, behind it, ``{b}``.

    ``system``: of a chat, also of one that the model answers, the text that it begins with; where there is none, a
    template may have one of its own, which then is part of the template. ``max_new_tokens``: of a generated B, 1 to
    ``MOST_NEW_TOKENS``, by default ``NEW_TOKENS``; 0 for every other feeding. A second sentence of a pair that is fed
    so is what a model wrote; where it is empty, the model that reads the pair is asked for it. Raises Problem for a
    template without ``{a}``, and for what does not go together.
    """

    how: str = PAIR
    system: str = ""
    max_new_tokens: int = 0

    def __post_init__(self) -> None:
        # Words are counted from A to B; of a causal model those behind see those before.
        if self.is_template and re.findall(r"\{[ab]\}", self.how) not in ([A], [A, B]):
            raise Problem(
                _("“{template}” is no way of feeding a pair.").format(template=self.how),
                _(
                    "Say pair, chat, generated, or a text that holds {a} once and behind it {b} once, or not at all."
                ).format(a=A, b=B),
            )
        if self.system and self.how not in (CHAT, GENERATED):
            raise Problem(_("Only a chat has a system text."), _("Feed the pair as a chat, or leave the text out."))
        if self.is_generated and not self.max_new_tokens:
            object.__setattr__(self, "max_new_tokens", NEW_TOKENS)
        if not (1 <= self.max_new_tokens <= MOST_NEW_TOKENS if self.is_generated else self.max_new_tokens == 0):
            raise Problem(
                _("{number} is no number of tokens that a model may write here.").format(number=self.max_new_tokens),
                _("For a generated second sentence say 1 to {most}; other feedings have none.").format(
                    most=MOST_NEW_TOKENS
                ),
            )

    def __repr__(self) -> str:
        """As it is written in Python, without what is not said."""
        return f"Feeding({', '.join(f'{name}={value!r}' for name, value in self.stated.items() if value)})"

    @property
    def stated(self) -> dict[str, Any]:
        """Its fields as files hold them. ``max_new_tokens`` only of what is generated: ids of older runs, which hang on
        these, stay as they are.
        """
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name in ("how", "system") or self.is_generated
        }

    @property
    def is_generated(self) -> bool:
        return self.how == GENERATED

    @property
    def is_template(self) -> bool:
        return self.how not in (PAIR, CHAT, GENERATED)

    def name_of(self, region: Region) -> str:
        """What a region is called: A and B of a chat are the ``user`` and the ``assistant``."""
        return TURNS.get(region, region) if self.how == CHAT else region


AS_PAIR = Feeding()


def most_new_tokens() -> int:
    """How many tokens a model may be asked to write on this copy."""
    return MOST_WHEN_HOSTED if hosted() else MOST_NEW_TOKENS
