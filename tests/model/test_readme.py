"""The README's table of families says what the survey of each tiny network found.

``PYTHONPATH=.:tests/model python tests/model/test_readme.py`` writes it anew.
"""

import re
from pathlib import Path

from families import BEFORE_A_NORM, NOT_ONE_PATTERN, ON_THEIR_OWN, READABLE, XLNET, Family
from hybrids import HYBRIDS

from mhattn_core.errors import Problem
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.survey import survey

README = Path(__file__).parents[2] / "README.md"
HEADER = (
    "| families | stacks | Q, K, V | what each head adds | switching off | generates |\n| --- | --- | --- | --- | --- "
    "| --- |"
)
START, END = "<!-- families: written by tests/model/test_readme.py -->\n", "\n<!-- end of families -->"


def facts(family: Family) -> tuple[str, ...]:
    """One family's cells, from its surveyed network."""
    network = family.build(implementation_for(family.network_class()))
    attention = survey(network)
    some = any(len(attention.attending(stack)) < attention.layers(stack) for stack in attention.stacks)
    return (
        ", ".join(attention.stacks) + (", some layers" if some else ""),
        "yes" if attention.gives_values else "no",
        "yes" if attention.gives_contributions else "no",
        "zero, mean, uniform" if attention.gives_values else "zero, mean",
        "yes" if network.can_generate() else "no",
    )


def reason(family: Family) -> str:
    """Why a family is refused, as the survey says it, without its name and numbers."""
    try:
        survey(family.build(implementation_for(family.network_class())))
    except Problem as problem:
        return re.split(r"[:.]", problem.happened.partition(" models ")[2])[0]
    raise AssertionError(f"{family.name} is read")


def table() -> str:
    """Families with the same facts share a line; those that are refused come last."""
    lines: dict[tuple[str, ...], dict[str, None]] = {}
    for family in (*READABLE, BEFORE_A_NORM, *(family for family, _layers in HYBRIDS), *ON_THEIR_OWN, XLNET):
        lines.setdefault(facts(family), {})[family.model_type] = None
    rows = [" | ".join(("| " + ", ".join(families), *cells)) + " |" for cells, families in lines.items()]
    refused: dict[str, dict[str, None]] = {}
    for family in NOT_ONE_PATTERN:
        refused.setdefault(reason(family), {})[family.model_type] = None
    rows += [f"| {', '.join(families)} | refused: they {why} | – | – | – | – |" for why, families in refused.items()]
    return "\n".join([HEADER, *rows])


def test_the_readme_says_what_was_found() -> None:
    text = README.read_text(encoding="utf-8")
    assert text[text.index(START) + len(START) : text.index(END)] == table()


if __name__ == "__main__":
    whole = README.read_text(encoding="utf-8")
    README.write_text(whole[: whole.index(START) + len(START)] + table() + whole[whole.index(END) :], encoding="utf-8")
