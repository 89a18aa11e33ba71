"""What each basic measure is, in one plain sentence, its range, and which way to read it."""

from dataclasses import dataclass
from typing import Literal

from mhattn_core.locale import _


@dataclass(frozen=True)
class MeasureWords:
    """title: the measure with its unit, for axes; says: what it is; reads: its range and which way to read it.

    telling: the end of the scale at which a head does something in particular.
    """

    title: str
    says: str
    reads: str
    telling: Literal["highest", "lowest"] = "highest"


def measure_words() -> dict[str, MeasureWords]:
    """By the measure's name in tables, in the order in which a reader meets them."""
    share = _("From 0 to 1: high means that the head does just this.")
    block = _(
        "From 0 to 1. With the share on special tokens, the blocks of a word make 1. Only where there is a second sentence, and where the model may look that way."
    )
    return {
        "entropy.normalised": MeasureWords(
            _("normalised entropy"),
            _(
                "How evenly a word's attention is spread over the words that it may look at, as a share of the most even it could be."
            ),
            _(
                "From 0 to 1: low means that each word looks at one word, 1 that it looks at all alike. Sentences of any length can be compared."
            ),
            "lowest",
        ),
        "entropy": MeasureWords(
            _("entropy (nats)"),
            _(
                "How evenly a word's attention is spread over words; special tokens are left out and the rest is made to sum to 1."
            ),
            _(
                "From 0 to ln(number of words): low means that each word looks at one word. It grows with the sentence; to compare lengths, take the normalised one."
            ),
            "lowest",
        ),
        "entropy.tokens": MeasureWords(
            _("entropy over tokens (nats)"),
            _("The same over all tokens that the model is fed, special ones too."),
            _("From 0 to ln(number of tokens). Tokenizers cut differently, so across models take the one over words."),
            "lowest",
        ),
        "confidence": MeasureWords(
            _("confidence"),
            _("The largest weight that a word gives to one word, on average over words."),
            _("From 0 to 1: high means that the head makes up its mind."),
        ),
        "distance": MeasureWords(
            _("distance (words)"),
            _("How many words away a head looks, on average, weighted by its attention."),
            _("From 0 (at the word itself) up to the length of the sentence: low means that the head looks close by."),
        ),
        "previous": MeasureWords(
            _("previous word"), _("The share of its attention that a word gives to the word before it."), share
        ),
        "next": MeasureWords(
            _("next word"),
            _("The share of its attention that a word gives to the word after it."),
            _(
                "From 0 to 1: high means that the head does just this. A model that reads from left to right cannot see the next word and has no value."
            ),
        ),
        "self": MeasureWords(_("the word itself"), _("The share of its attention that a word gives to itself."), share),
        "special_mass": MeasureWords(
            _("share on special tokens"),
            _("The share of its attention that a word gives to no word: special tokens, separators, language codes."),
            _("From 0 to 1: a head near 1 often has nothing to do on this text and rests there."),
        ),
        "sink.first": MeasureWords(
            _("share on the first token"),
            _("The share of its attention that a word gives to the first token that the model is fed."),
            _(
                "From 0 to 1. Many models rest on their first token whatever it is; with an encoder it is part of the share on special tokens."
            ),
        ),
        "cross_sentence": MeasureWords(
            _("share on the other sentence"),
            _("The share of its attention that a word gives to words of the other sentence."),
            _("From 0 to 1. Only where there is a second sentence, and where the model may look that way."),
        ),
        "block.a_to_a": MeasureWords(
            _("share A→A"), _("What a word of the first sentence gives to words of the first."), block
        ),
        "block.a_to_b": MeasureWords(
            _("share A→B"), _("What a word of the first sentence gives to words of the second."), block
        ),
        "block.b_to_a": MeasureWords(
            _("share B→A"), _("What a word of the second sentence gives to words of the first."), block
        ),
        "block.b_to_b": MeasureWords(
            _("share B→B"), _("What a word of the second sentence gives to words of the second."), block
        ),
    }
