"""What the interface says, in English and Chinese.

English stands in the code, ``_("…")``; Chinese in ``zh/messages.po``. The language belongs to the thread of work,
so that two people with two languages share one process.
"""

import gettext
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["en", "zh"]
T = TypeVar("T")

_BETWEEN_CHINESE = re.compile(r"(?<=[。；！？：，、])[ ](?=[^\s])")
_language: ContextVar[Language] = ContextVar("language", default="en")


def use_language(language: Language) -> None:
    """Let ``_`` answer in ``language`` for the rest of this thread's work."""
    _language.set(language)


def current_language() -> Language:
    return _language.get()


def in_this_language(make: Callable[[], T]) -> Callable[[], T]:
    """``make`` in the language of now, whichever thread calls it."""
    language = current_language()

    def made() -> T:
        use_language(language)
        return make()

    return made


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


def listed(names: Iterable[object], between: Literal[", ", "; "] = ", ") -> str:
    """Names or clauses one after the other, with the marks of this thread's language."""
    marks = {", ": "、", "; ": "；"} if _language.get() == "zh" else {}
    return marks.get(between, between).join(map(str, names))


def stated(what: object, value: object) -> str:
    """What a value is of, and the value, with this thread's colon between them."""
    return f"{what}：{value}" if _language.get() == "zh" else f"{what}: {value}"


def close_up(text: str) -> str:
    """Sentences that were joined by spaces; Chinese ones stand without."""
    return _BETWEEN_CHINESE.sub("", text)


def _(message: str) -> str:
    """The message in the language of this thread."""
    return _catalogue(_language.get()).gettext(message)
