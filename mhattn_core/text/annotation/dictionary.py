"""Parts of speech of Chinese words from jieba's dictionary, each word for itself, where there is neither tree nor
parser.
"""

import logging
from collections.abc import Mapping
from functools import cache

# The first letters of ICTCLAS tags, the longest that fits.
UPOS = {
    "a": "ADJ",
    "ad": "ADV",
    "b": "ADJ",
    "c": "CCONJ",
    "d": "ADV",
    "e": "INTJ",
    "f": "ADP",
    "m": "NUM",
    "n": "NOUN",
    "nr": "PROPN",
    "ns": "PROPN",
    "nt": "PROPN",
    "nz": "PROPN",
    "o": "X",
    "p": "ADP",
    "q": "NOUN",
    "r": "PRON",
    "s": "NOUN",
    "t": "NOUN",
    "u": "PART",
    "v": "VERB",
    "vd": "ADV",
    "w": "PUNCT",
    "y": "PART",
    "z": "ADJ",
}


@cache
def _tags() -> Mapping[str, str]:
    import jieba.posseg  # a cold server's first page does not wait for it

    jieba.setLogLevel(logging.WARNING)
    jieba.posseg.dt.initialize()  # reads the whole dictionary each time
    tags: Mapping[str, str] = jieba.posseg.dt.word_tag_tab
    return tags


def part_of_speech(word: str) -> str:
    """The part of speech that the dictionary gives first, in Universal Dependencies; empty for a word that is not in
    it.
    """
    if not any(character.isalnum() for character in word):
        return "PUNCT"
    tag = _tags().get(word, "")
    return next((UPOS[tag[:length]] for length in (2, 1) if tag[:length] in UPOS), "")
