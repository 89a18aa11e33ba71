"""What a number on a page is called, and how to read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """title: with its unit, for axes; says: what it is and how to read it; label: for a choice; change: the title of a
    difference.
    """

    title: str
    says: str
    label: str = ""
    change: str = ""
