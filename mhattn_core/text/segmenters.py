"""Words of languages that write no spaces between them, other than Chinese: by ICU's dictionaries, where the package
icu4py is installed.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

import regex
from babel import Locale
from babel.lists import format_list

from mhattn_core.locale import _, current_language

PACKAGE = "icu4py"

# Signs that take part in words of Thai, Lao, Khmer and Burmese, and of smaller languages of the region (Unicode's line
# breaking: SA).
COMPLEX = r"[\p{lb=SA}](?:[\p{lb=SA}\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}])*"
KANA = r"[\p{Hiragana}\p{Katakana}ー]"
JAPANESE = r"[\p{Han}\p{Hiragana}\p{Katakana}ー][\p{Han}\p{Hiragana}\p{Katakana}ー\p{M}]*"
JAPANESE_FROM = 0.2
"""From this share of kana among kana and Chinese characters on, a text is Japanese: a の in Chinese advertising is not
enough.
"""

_COMPLEX = regex.compile(COMPLEX)
_KANA, _HAN = regex.compile(KANA), regex.compile(r"\p{Han}")
_DICTIONARIES = {
    language: regex.compile(rf"\p{{{script}}}")
    for language, script in {"th": "Thai", "lo": "Lao", "km": "Khmer", "my": "Myanmar"}.items()
}
OTHER = "mul"


def is_japanese(text: str) -> bool:
    """Whether the Chinese characters of a text, if any, are Japanese ones."""
    kana = len(_KANA.findall(text))
    return kana > 0 and kana >= JAPANESE_FROM * (kana + len(_HAN.findall(text)))


def unsegmented(text: str) -> tuple[str, ...]:
    """Languages in a text whose words cannot be told here: ``ja``, ``th``, ``lo``, ``km``, ``my``, or ``mul`` for
    others without a dictionary.
    """
    languages = {_language(stretch) for stretch in _COMPLEX.findall(text)} | ({"ja"} if is_japanese(text) else set())
    return tuple(sorted(language for language in languages if language == OTHER or not has_dictionaries()))


@cache
def has_dictionaries() -> bool:
    return find_spec(PACKAGE) is not None


def segment(stretch: str) -> list[str]:
    """The words of a stretch that matches ``COMPLEX`` or ``JAPANESE``, in order; the whole stretch where they cannot be
    told.
    """
    language = "ja" if not _COMPLEX.match(stretch) else _language(stretch)
    if language == OTHER or not has_dictionaries():
        return [stretch]
    from icu4py.breakers import WordBreaker

    return list(WordBreaker(stretch, language))


def _language(stretch: str) -> str:
    return next((language for language, script in _DICTIONARIES.items() if script.match(stretch)), OTHER)


def words_unknown(languages: Sequence[str]) -> str:
    """A sentence for people: where words of these languages end is not known."""
    language = current_language()
    names = [
        _("another language of South-East Asia") if code == OTHER else Locale(language).languages[code]
        for code in languages
    ]
    return _("Where words of {languages} end is not known here.").format(languages=format_list(names, locale=language))


def what_tells_words() -> str:
    """What to do about it, for people."""
    return _(
        "Install the package {package}, or give the words in columns “source_words” and “target_words” of a file."
    ).format(package=PACKAGE)
