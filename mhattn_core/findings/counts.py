"""How many there are, where one is not written like many."""

from mhattn_core.locale import _


def count_of_pairs(number: int) -> str:
    """Sentence pairs."""
    return _("1 pair") if number == 1 else _("{pairs} pairs").format(pairs=f"{number:,}")


def evidence_of(number: int) -> str:
    """Sentence pairs that something rests on; one proves nothing, and weights alone are none."""
    if number == 0:
        return _("weights alone, no text")
    return _("1 pair: an example") if number == 1 else count_of_pairs(number)
