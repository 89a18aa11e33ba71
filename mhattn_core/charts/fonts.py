"""Letters in figures: which fonts are asked for, and what none of them can draw."""

from functools import cache
from html import escape
from unicodedata import category

import pandas as pd
import vl_convert

FAMILIES = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, WenQuanYi "
    "Zen Hei, WenQuanYi Micro Hei, SimHei, SimSun, Liberation Sans, Arial, Helvetica, sans-serif"
)
"""Fonts with Chinese first: the first that this machine has draws Latin letters too, so that a figure has one face."""
# No font has a sign for this place of a private area, so it is drawn as the missing glyph.
NOBODYS = "\U0010fffd"
INVISIBLE = {"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"}


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
        f'{svg}<text x="4" y="24" font-size="20" font-family="{FAMILIES}">{escape(sign)}</text></svg>'
    )
