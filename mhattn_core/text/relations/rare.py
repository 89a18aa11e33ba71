"""Ties to the rarest word."""

from collections.abc import Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence
from mhattn_core.text.relations.controls import same_part_of_speech
from mhattn_core.text.relations.relation import Item, relation
from mhattn_core.text.relations.semantics import has_letters


@relation(
    "rare_word",
    "rare",
    "lexicon",
    source="rare-word heads: Voita et al. 2019, section 5.3; frequencies: wordfreq (Speer 2022)",
    languages=("en", "zh"),
    control=same_part_of_speech,
)
def rare_word(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each word to the least frequent of the sentence, of equally rare ones the first; none where it has fewer
    than three words.
    """
    from wordfreq import zipf_frequency

    words = [place for place, word in enumerate(sentence.words) if has_letters(word)]
    if len(words) >= 3:
        rarest = min(words, key=lambda place: zipf_frequency(sentence.words[place].text, sentence.language))
        yield from ((place, rarest) for place in words if place != rarest)
