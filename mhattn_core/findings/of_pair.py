"""How to get again what is said of one pair of sentences."""

from typing import TYPE_CHECKING

from mhattn_core.findings.feeding import feeding_title
from mhattn_core.models.precision import FLOAT32, precision_of
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.text.pair import SentencePair

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def source_of(result: "AttentionResult") -> str:
    """The model with its revision, and how the pair was fed, for files that leave the dashboard."""
    model = f"{result.model.name}@{result.model.revision}"
    return " · ".join(filter(None, (model, feeding_title(result.pair.feeding))))


def code_of(result: "AttentionResult", expression: str, *imports: str) -> str:
    """Python that runs the pair through the model as ``result`` was, and evaluates an expression of ``seen``, such as
    ``seen.words('encoder')``; what a person typed stands in it as a literal.
    """
    return "\n".join(
        (
            "import mhattn_core as mh",
            *imports,
            "",
            f"pair = {literal(result.pair)}",
            f"seen = mh.attend({loading(repr(result.model.name), precision_of(result.model.revision))}, pair)",
            expression,
        )
    )


def loading(name: str, dtype: str = FLOAT32) -> str:
    """Python that loads a model with weights of this type. name: as it stands in Python, quoted or of a loop."""
    return f"mh.load({name}{'' if dtype == FLOAT32 else f', dtype={dtype!r}'})"


def literal(pair: SentencePair) -> str:
    """The pair as Python, with the words that a person cut, the languages and the feeding that a person chose, and
    masked words."""
    names = ("source_words", "target_words", "source_language", "target_language", "masked")
    given = {name: getattr(pair, name) for name in names}
    given["marks"] = tuple(tuple(mark) for mark in pair.marks)
    words = "".join(f", {field}={value!r}" for field, value in given.items() if value)
    feeding = "" if pair.feeding == AS_PAIR else f", feeding=mh.{pair.feeding!r}"
    return f"mh.SentencePair({pair.source!r}, {pair.target!r}{words}{feeding})"
