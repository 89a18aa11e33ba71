"""What is scored: a relation, how, in which direction, in which stack."""

from typing import NamedTuple

CONTROL = ".control"
"""Behind a relation's name: the items of its negative control."""


class Role(NamedTuple):
    """What is scored: ``score`` is ``hit`` or ``mass``."""

    stack: str
    relation: str
    score: str
    direction: str

    @property
    def control(self) -> "Role":
        return self._replace(relation=self.relation + CONTROL)

    @property
    def is_control(self) -> bool:
        return self.relation.endswith(CONTROL)
