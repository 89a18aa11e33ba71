"""Letters in figures: which fonts are asked for, and what none of them can draw."""

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any
from unicodedata import category

import pandas as pd
import vl_convert

LATIN = "Liberation Sans, Arial, Helvetica, sans-serif"
CHINESE = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, WenQuanYi "
    f"Zen Hei, WenQuanYi Micro Hei, SimHei, SimSun, {LATIN}"
)
"""The first of these that this machine has draws Latin letters too, so that a figure has one face."""
# As JSON writes them, and again where words of an axis stand within an expression: U+2E80 to U+D7FF, U+F900 …, U+20000 …
CHINESE_LETTER = re.compile(r"\\u(?:2[ef]|[3-9a-c]|d[0-7]|d8[4-9]|f[9af])")
# No font has a sign for this place of a private area, so it is drawn as the missing glyph.
NOBODYS = "\U0010fffd"
INVISIBLE = {"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"}


def families(spec: Mapping[str, Any]) -> str:
    """The fonts that a figure asks for. To measure one word by a Chinese font, its twenty megabytes are read: a figure
    that has no use for it is drawn some 20 times as fast without.
    """
    return CHINESE if CHINESE_LETTER.search(json.dumps(spec, default=str)) else LATIN


def undrawn(text: str) -> str:
    """The signs of ``text`` for which this machine has no font, each once; a picture would show empty boxes."""
    visible = (sign for sign in dict.fromkeys(text) if ord(sign) > 0x7E and category(sign) not in INVISIBLE)
    return "".join(sign for sign in visible if _drawn(sign) == _drawn(NOBODYS))


def undrawn_in(table: pd.DataFrame) -> str:
    """The same of all texts of a table."""
    texts = {str(cell) for _name, column in table.select_dtypes(exclude="number").items() for cell in column.unique()}
    return undrawn("".join(sorted(texts)))


@cache
def _drawn(sign: str) -> bytes:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32">'
    return vl_convert.svg_to_png(
        f'{svg}<text x="4" y="24" font-size="20" font-family="{CHINESE}">{escape(sign)}</text></svg>'
    )
