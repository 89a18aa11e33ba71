"""Which models of the catalogue read a language; what lies in a folder or on the Hub may read any."""

import regex

from mhattn_core.models.catalogue import CatalogueEntry, entries
from mhattn_core.models.control_names import control_of, trained_name, with_control
from mhattn_core.text.words import HAN_STRETCH

TRANSLATES_ONE_WAY = "marian"
LATIN = regex.compile(r"\p{Latin}")


def language_told(text: str) -> str:
    """``zh`` or ``en``, of those that models of the catalogue read, by the script; empty for any other script."""
    if HAN_STRETCH.search(text):
        return "zh"
    return "en" if LATIN.search(text) else ""


def reads(name: str) -> str:
    """The one language that a translator of the catalogue reads; empty for other models."""
    entry = entries().get(trained_name(name))
    return entry.languages[0] if entry and entry.family == TRANSLATES_ONE_WAY else ""


def can_read(name: str, language: str) -> bool:
    """Whether a model was made to read a language; an unknown model, or language, is given the benefit of the doubt."""
    entry = entries().get(trained_name(name))
    if entry is None or not language:
        return True
    return language in (entry.languages[:1] if entry.family == TRANSLATES_ONE_WAY else entry.languages)


def readers(language: str) -> list[CatalogueEntry]:
    """Models of the catalogue that read a language: those on this machine first, of these translators last."""
    able = [entry for entry in entries().values() if language and can_read(entry.name, language)]
    return sorted(able, key=lambda entry: (entry.path() is None, entry.family == TRANSLATES_ONE_WAY))


def in_place_of(name: str, text: str) -> dict[str, CatalogueEntry]:
    """Models of the catalogue that read the language of a text, a translator for a translator and a random control for
    a control of its kind.
    """
    control = control_of(name)
    able = {with_control(one.name, control) if control else one.name: one for one in readers(language_told(text))}
    return {reader: one for reader, one in able.items() if reads(reader) or not reads(name)}
