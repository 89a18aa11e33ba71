"""Ties to words of strong feeling."""

from collections.abc import Iterator, Mapping
from functools import cache

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.annotation.annotated import AnnotatedSentence, Language
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.relations.controls import same_part_of_speech
from mhattn_core.text.relations.relation import Item, relation
from mhattn_core.text.relations.semantics import has_letters

STRONG = 1.5
"""From this valence on, up or down, a word counts; VADER's reach from -4 to 4."""


@cache
def vader() -> Mapping[str, float]:
    """Mean ratings of English words, -4 to 4 (Hutto and Gilbert 2014)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    lexicon: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return lexicon


def valences(sentence: AnnotatedSentence) -> Mapping[str, float]:
    """The person's own lexicon if there is one, else VADER for English, else none."""
    lexicon_of: dict[Language, Mapping[str, float]] = {"en": vader()} if sentence.language == "en" else {}
    return sentence.resources.valence or lexicon_of.get(sentence.language, {})


def read_valence(name: str, content: bytes) -> dict[str, float]:
    """A lexicon, one entry a line: word, tab, valence on VADER's scale; empty lines are passed over.

    Raises Problem at a line that is not so, naming it.
    """
    text, _encoding = decode(name, content)
    valence: dict[str, float] = {}
    for number, line in enumerate(lines(text), 1):
        word, _tab, value = line.partition("\t")
        try:
            if line.strip():
                valence[word.strip().lower()] = float(value)
        except ValueError as error:
            raise Problem(
                _("Line {line} of “{name}” does not give a word, a tab and a number.").format(line=number, name=name),
                _(
                    "Write one word a line, then a tab, then how strong the feeling is, from -4 (very bad) to 4 (very "
                    "good)."
                ),
            ) from error
    return valence


@relation(
    "sentiment",
    "sentiment",
    "valence",
    source="VADER, |valence| ≥ 1.5: Hutto and Gilbert 2014; sieves: Pande et al. 2021",
    control=same_part_of_speech,
)
def sentiment(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each word to the nearest one of strong feeling, of two equally near the earlier."""
    valence = valences(sentence)
    strong = [place for place, word in enumerate(sentence.words) if abs(valence.get(word.text.lower(), 0)) >= STRONG]
    for place, word in enumerate(sentence.words):
        if strong and place not in strong and has_letters(word):
            yield place, min(strong, key=lambda key: abs(key - place))
