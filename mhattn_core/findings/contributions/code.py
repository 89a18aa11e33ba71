"""Where what is said of one word comes from, and how to get it again."""

from typing import TYPE_CHECKING

from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.of_pair import code_of, source_of

if TYPE_CHECKING:
    from mhattn_core.experiments.contributions.word import WordContributions


def code_at(word: "WordContributions", expression: str, *imports: str) -> str:
    """Python that evaluates an expression of ``word``, what the heads add to it."""
    return code_of(
        word.result,
        f"word = contributions_to(seen, {word.stack!r}, {word.id!r})\n{expression}",
        "from mhattn_core.experiments.contributions.word import contributions_to",
        *imports,
    )


def source_at(word: "WordContributions") -> str:
    """The model with its revision and the stack, for files that leave the dashboard."""
    return f"{source_of(word.result)} · {word.stack}"


def fed_at(word: "WordContributions") -> str:
    """How the pair was fed, for the badge."""
    return feeding_title(word.result.pair.feeding)
