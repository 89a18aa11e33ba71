"""How a pair is fed to a model: as a pair, as a chat, or in a text of one's own."""

import re
from dataclasses import dataclass
from typing import Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _

PAIR, CHAT = "pair", "chat"
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
    assistant's, in the tokenizer's own chat template; or a template of one's own, a text with ``{a}`` and, behind it, ``{b}``.

    ``system``: of a chat, the text that it begins with; where there is none, a template may have one of its own, which
    then is part of the template. Raises Problem for a template without ``{a}``, and for a system text without a chat.
    """

    how: str = PAIR
    system: str = ""

    def __post_init__(self) -> None:
        # Words are counted from A to B; of a causal model those behind see those before.
        if self.is_template and re.findall(r"\{[ab]\}", self.how) not in ([A], [A, B]):
            raise Problem(
                _("“{template}” is no way of feeding a pair.").format(template=self.how),
                _("Say pair, chat, or a text that holds {a} once and behind it {b} once, or not at all.").format(
                    a=A, b=B
                ),
            )
        if self.system and self.how != CHAT:
            raise Problem(_("Only a chat has a system text."), _("Feed the pair as a chat, or leave the text out."))

    @property
    def is_template(self) -> bool:
        return self.how not in (PAIR, CHAT)

    def name_of(self, region: Region) -> str:
        """What a region is called: A and B of a chat are the ``user`` and the ``assistant``."""
        return TURNS.get(region, region) if self.how == CHAT else region


AS_PAIR = Feeding()
