"""Relations in words that a person reads."""

from mhattn_core.locale import _
from mhattn_core.text.relations.relation import Group

FAR = ":far"


def group_label(group: Group) -> str:
    """A group's name in the language of this thread."""
    return {
        "syntax": _("Grammar"),
        "semantics": _("Meaning"),
        "context": _("Context"),
        "sentiment": _("Feeling"),
        "sound": _("Sound"),
        "position": _("Position"),
        "distance": _("Grammar at five words and more"),
        "rare": _("Rare word"),
        "alignment": _("Alignment"),
    }[group]


def relation_label(name: str) -> str:
    """A relation's name: dependent → head, or query → key. Raises KeyError for one that is not known."""
    if name.endswith(FAR):
        return _("{relation}, far apart").format(relation=relation_label(name.removesuffix(FAR)))
    return {
        "nsubj": _("subject → predicate"),
        "obj": _("object → verb"),
        "obl": _("oblique → predicate"),
        "case": _("adposition → noun"),
        "det": _("determiner → noun"),
        "amod": _("adjective → noun"),
        "advmod": _("adverb → modified word"),
        "aux": _("auxiliary → verb"),
        "cop": _("copula → predicate"),
        "mark": _("subordinator → clause"),
        "compound": _("compound part → head"),
        "conj": _("conjunct → first conjunct"),
        "nmod": _("noun modifier → noun"),
        "verb_preposition": _("preposition → verb"),
        "figure_ground": _("figure → ground"),
        "same_word": _("same word"),
        "same_lemma": _("other form of the word"),
        "same_part_of_speech": _("same part of speech"),
        "same_category": _("same category"),
        "association": _("association"),
        "pronoun": _("pronoun → earlier noun"),
        "connective_clause": _("connective → main clause"),
        "connective_partner": _("但是 → 虽然"),
        "cause_partner": _("所以 → 因为"),
        "negation": _("negation → denied word"),
        "across": _("same lemma across sentences"),
        "sentiment": _("word → word of strong feeling"),
        "rhyme": _("rhyme"),
        "alliteration": _("alliteration"),
        "stress": _("stress or tones"),
        "end_rhyme": _("rhyme of line ends"),
        "previous_word": _("previous word"),
        "next_word": _("next word"),
        "two_before": _("two words before"),
        "two_after": _("two words after"),
        "first_word": _("first word"),
        "last_word": _("last word"),
        "punctuation": _("nearest punctuation"),
        "rare_word": _("rarest word"),
        "alignment": _("gold partner"),
    }[name]


def meaning(name: str) -> str:
    """What a relation's items are, in a sentence. Raises KeyError for one that is not known."""
    if name.endswith(FAR):
        return _("{meaning} Only where the two stand five words or more apart.").format(
            meaning=meaning(name.removesuffix(FAR))
        )
    return {
        "nsubj": _("A subject and the verb, adjective or noun that says something of it."),
        "obj": _("A direct object and its verb."),
        "obl": _("A phrase of place, time or manner and the predicate that it goes with."),
        "case": _("A preposition, postposition or possessive mark and its noun."),
        "det": _("An article or another determiner and its noun."),
        "amod": _("An adjective and the noun that it describes."),
        "advmod": _("An adverb and the word that it modifies."),
        "aux": _("An auxiliary and its main verb."),
        "cop": _("A form of “be” and what it joins to the subject."),
        "mark": _("A subordinating word and the head of its clause."),
        "compound": _("A part of a compound and its head; also the particle of a verb."),
        "conj": _("A joined word and the first one that it is joined with."),
        "nmod": _("A noun that modifies another, possessors included."),
        "verb_preposition": _("A preposition and the verb whose phrase it introduces."),
        "figure_ground": _("What stands or moves somewhere, and where, by a spatial preposition."),
        "same_word": _("A word and its nearest earlier repetition."),
        "same_lemma": _("A word and the nearest earlier one that is another form of it."),
        "same_part_of_speech": _("A noun, verb or adjective and the nearest earlier word of its kind."),
        "same_category": _(
            "A word and the nearest earlier one of its class: animals, colours, food, weather and others; short lists "
            "written for this project."
        ),
        "association": _("A word and the earlier one most like it by the model's own static vectors."),
        "pronoun": _(
            "A pronoun of the third person and the nearest noun before it. Often, not always, what it stands for: "
            "nobody has checked."
        ),
        "connective_clause": _("A connective such as “although” and the head of the main clause."),
        "connective_partner": _("但是 and the 虽然 before it, and others of their kind. Compare with 所以 and 因为."),
        "cause_partner": _("所以 and the 因为 before it: the control for 但是 and 虽然."),
        "negation": _("A negation and the word that it denies."),
        "across": _("A word of the second sentence and the same lemma in the first."),
        "sentiment": _("A word and the nearest one of strong feeling by a lexicon."),
        "rhyme": _("A word and the nearest earlier one that rhymes with it."),
        "alliteration": _("A word and the nearest earlier one that begins with the same consonants."),
        "stress": _(
            "A word of two syllables or more and the nearest earlier one with the same stress, or in Chinese the same "
            "tones."
        ),
        "end_rhyme": _("The last words of two lines that rhyme. Compare with lines that do not."),
        "previous_word": _("Each word and the one before it."),
        "next_word": _("Each word and the one after it."),
        "two_before": _("Each word and the second before it."),
        "two_after": _("Each word and the second after it."),
        "first_word": _("Each word and the first of its sentence."),
        "last_word": _("Each word and the last of its sentence."),
        "punctuation": _("Each word and the nearest punctuation mark."),
        "rare_word": _("Each word and the least frequent one of its sentence."),
        "alignment": _("A word of the second sentence and its partner in the first by gold links."),
    }[name]


def word_class_label(tags: str) -> str:
    """Word classes of Universal Dependencies as a person reads them: ``VERB+ADJ`` is “verb or adjective”. Raises
    KeyError for one that is not known.
    """
    names = {
        "ADJ": _("adjective"),
        "ADP": _("adposition"),
        "ADV": _("adverb"),
        "AUX": _("auxiliary"),
        "CCONJ": _("coordinating conjunction"),
        "DET": _("determiner"),
        "INTJ": _("interjection"),
        "NOUN": _("noun"),
        "NUM": _("numeral"),
        "PART": _("particle"),
        "PRON": _("pronoun"),
        "PROPN": _("proper noun"),
        "PUNCT": _("punctuation mark"),
        "SCONJ": _("subordinating conjunction"),
        "SYM": _("symbol"),
        "VERB": _("verb"),
        "X": _("unclassified word"),
    }
    return _(" or ").join(names[tag] for tag in tags.split("+"))
