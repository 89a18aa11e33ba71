"""What the interface says, in English and Chinese.

English stands in the code, ``_("…")``; Chinese in ``zh/messages.po``. The language belongs to the thread of work,
so that two people with two languages share one process.
"""

import gettext
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["en", "zh"]

_language: ContextVar[Language] = ContextVar("language", default="en")


def use_language(language: Language) -> None:
    """Let ``_`` answer in ``language`` for the rest of this thread's work."""
    _language.set(language)


def current_language() -> Language:
    return _language.get()


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    with (Path(__file__).parent / language / "messages.po").open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """The message in the language of this thread."""
    return _catalogue(_language.get()).gettext(message)
