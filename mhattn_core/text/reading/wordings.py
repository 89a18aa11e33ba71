"""What people call the columns of a table of pairs."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

from babel import Locale
from babel.core import get_global

SUMMARY = "summary"
NAMES: Mapping[str, tuple[str, ...]] = {
    "source": ("source", "sentence1", "text_a", "premise", "sentence", "text"),
    "target": ("target", "sentence2", "text_b", "hypothesis", SUMMARY),
    "label": ("label", "gold_label"),
    **{name: (name,) for name in ("id", "document", "group", "alignment", "source_words", "target_words")},
}
"""The names that are promised, by field; one of them is enough to know a row of names."""
STEMS = ("sentence", "text", "sent", "s", "string", "segment", "phrase", "question", "句子", "文本", "句")


def _numbered(*signs: str) -> tuple[str, ...]:
    return tuple("".join(parts) for parts in product(STEMS, signs))


# In the order of preference. Some words stand on both sides: “mt” beside “src” is a target, beside “ref” a source.
WORDINGS: Mapping[str, tuple[str, ...]] = {
    "source": (
        *("source", "src", "sourcetext", "sourcesentence", "srctext", "sourcelanguage", "sourcelang", "original"),
        *_numbered("1", "a"),
        *("good", "sentencegood", "goodsentence"),
        *("原文", "源文", "源语", "源语言", "源文本", "源句", "原句", "第一句", "前提", "上句"),
        *(
            "premise",
            "question",
            "query",
            "prompt",
            "input",
            "anchor",
            "问题",
            "输入",
            "sentence",
            "text",
            "句子",
            "文本",
            "mt",
            "hypothesis",
        ),
    ),
    "target": (
        *("target", "tgt", "trg", "targettext", "targetsentence", "tgttext", "targetlanguage", "targetlang"),
        *_numbered("2", "b"),
        *("bad", "sentencebad", "badsentence"),
        *("译文", "目标", "目标语", "目标语言", "目标文本", "目标句", "译句", "第二句", "假设", "下句", "参考译文"),
        *("ref", "reference", "hypothesis", SUMMARY, "translation", "translated", "mt", "翻译"),
        *("answer", "response", "output", "positive", "答案", "回答", "输出"),
        *("context", "passage", "paragraph", "sentence", "段落"),  # beside a question
    ),
    **{
        field: tuple(name.replace("_", "") for name in names)
        for field, names in NAMES.items()
        if field not in ("source", "target", "group")
    },
    "group": ("group", "uid", "linguisticsterm"),
}
WORDS = frozenset(word for words in WORDINGS.values() for word in words)
PROMISED = {name.replace("_", ""): field for field, names in NAMES.items() for name in names}
OF_NO_SIDE = frozenset(
    (
        "",
        "sentence",
        "sentences",
        "text",
        "sent",
        "translation",
        "string",
        "content",
        "segment",
        "simplified",
        "traditional",
        "句子",
        "文本",
        "句",
    )
)
"""What may stand beside the name of a language: ``sentence_en``, ``translation.zh``, 英文句子."""
COUNTERS = ("id", "no")
"""Codes of languages (Indonesian, Norwegian) that mostly head a column of numbers."""
NOT_IN_CLDR = {"汉语": "zh", "华语": "zh", "普通话": "zh", "mandarin": "zh"}
LONGEST = 40
LONGEST_CODE = 3


def fields_of(names: Sequence[str]) -> dict[str, str]:
    """For each field the column that is called so: by our wordings, else the first two languages are source and
    target.
    """
    used: dict[str, str] = {}
    for field in WORDINGS:
        if candidates := [name for name in candidates_for(field, names) if name not in used.values()]:
            used[field] = candidates[0]
    if "document" not in used and {"title", "context"} <= {*names}:
        used["document"] = "title"  # the article that holds a passage
    languages = {language: name for name in reversed(names) if (language := language_of(name))}
    if len(names) == 2 and len(languages) == 1 and any(plain(name) in COUNTERS for name in names):
        return dict(zip(("source", "target"), names, strict=True))
    if "source" not in used and "target" not in used:
        used |= dict(zip(("source", "target"), reversed(languages.values()), strict=False))
    return used


def candidates_for(field: str, names: Sequence[str]) -> list[str]:
    """The columns whose names fit a field, the likeliest first."""
    words = WORDINGS[field]
    return sorted((name for name in names if word_of(name) in words), key=lambda name: words.index(word_of(name)))


def plain(name: Any) -> str:
    """A name of a column without spaces, signs and capitals."""
    written = str(name or "")
    return "".join(_parts(written)) if len(written) <= LONGEST else ""


def word_of(name: Any) -> str:
    """Our wording in a column's name, also where a language stands beside it (``source_en``), or nothing."""
    return _meaning(str(name or ""))[0]


def language_of(name: Any) -> str:
    """The language (``en``, ``zh_Hans``) whose sentences a column's name promises, without saying which side they are;
    or nothing.
    """
    return _meaning(str(name or ""))[1]


def _meaning(name: str) -> tuple[str, str]:
    if len(name) > LONGEST:
        return "", ""
    parts = _parts(name)
    whole = "".join(parts)
    if whole in WORDS or whole in COUNTERS:
        return whole, ""
    if len(whole) <= LONGEST_CODE and name.strip().istitle():
        return "", ""  # a code is en or EN; “My” and “Mon” are words
    for taken in range(len(parts), 0, -1):  # “Simplified Chinese” before “Chinese”
        for first in range(len(parts) - taken + 1):
            rest = "".join(parts[:first] + parts[first + taken :])
            if (rest in OF_NO_SIDE or rest in WORDS) and (language := _language(parts[first : first + taken])):
                return ("", language) if rest in OF_NO_SIDE else (rest, "")
    return "", ""


def _parts(name: str) -> list[str]:
    """``sentence_en`` and ``SentenceEN`` as sentence, en; in Chinese the name of a language apart from what follows
    it.
    """
    unnumbered = re.sub(r"#\d+$", "", name.strip("\ufeff"))  # as a second column of one name is numbered
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unnumbered)
    spaced = re.sub(r"^(\w*[语文])(句子|文本|句)$", r"\1 \2", spaced)
    return [part for part in re.split(r"[\W_]+", spaced.casefold()) if part]


def _language(parts: Sequence[str]) -> str:
    """What these words name: ``en``, ``zh_cn``, ``eng_latn``, English, Simplified Chinese, 英语."""
    names = _language_names()
    called = " ".join(parts)
    if known := names.get(called) or names.get(re.sub("文$", "语", called)):
        return known
    first, *more = parts
    if (
        first in COUNTERS
        or len(more) > 1
        or not all(part.title() in _english().scripts or part.upper() in _english().territories for part in more)
    ):
        return ""
    code = get_global("language_aliases").get(first, first)
    return (
        "_".join([code, *more]) if len(code) == 2 and code in _english().languages else ""
    )  # “non” is Old Norse, and French


@cache
def _language_names() -> dict[str, str]:
    """By name in English or Chinese, as CLDR has them, the code."""
    listed = {
        name.casefold(): code for locale in (Locale.parse("zh"), _english()) for code, name in locale.languages.items()
    }
    return listed | NOT_IN_CLDR


@cache
def _english() -> Locale:
    return Locale.parse("en")
