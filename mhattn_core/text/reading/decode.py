"""From the bytes of a text file to its characters."""

import codecs
import io
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from mhattn_core.errors import Problem
from mhattn_core.locale import _

# The longer marks first: that of UTF-32 begins like that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x841\x953", "gb18030"),
)
OTHERS = ["cp1251", "cp1253", "big5", "shift_jis", "euc_jp", "cp949"]
SAMPLE = 50_000
CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a\x1b")


def decode(name: str, content: bytes) -> tuple[str, str]:
    """The text without its mark of byte order, and the encoding.

    Marks are believed; then UTF-16 by where its zeros stand, UTF-8 if all of it is valid, GB18030 if nearly all beyond
    ASCII is usual in Chinese, Windows-1252 for words of Latin letters, else what charset-normalizer finds likeliest.
    Raises Problem when it is not text.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _decoded(name, content[len(mark) :], encoding), encoding
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text):
            return text, encoding
    raise _not_text(name)


def lines(text: str) -> list[str]:
    """The lines as an editor counts them, without their ends: at LF, CR LF and CR, and nowhere else."""
    return [line.removesuffix("\n") for line in io.StringIO(text, newline=None)]


def _candidates(content: bytes) -> Iterator[str]:
    if b"\0" in content:
        zeros_first = content[::2].count(0) > content[1::2].count(0)
        yield "utf-16-be" if zeros_first else "utf-16-le"
        return
    yield "utf-8"
    if _is_common_chinese(content):
        yield "gb18030"
    sample = content[:SAMPLE]
    if len(content) > SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if _is_latin(sample):
        yield "cp1252"
    if best := from_bytes(sample, cp_isolation=OTHERS).best():
        yield best.encoding


def _is_common_chinese(content: bytes) -> bool:
    """Whether it reads as GB18030, mostly with characters of GB 2312 (or of four bytes), many of them from its first level.

    Other encodings of East Asia also read as GB18030, but seldom with second bytes that are all high; other
    alphabets too, but with first bytes beyond the first level.
    """
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    codes = [character.encode("gb18030") for character in text[:SAMPLE] if character > "\x7f"]
    common = sum(len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7) and code[1] >= 0xA1 for code in codes)
    second_level = sum(len(code) == 4 or (0xD8 <= code[0] <= 0xF7 and code[1] >= 0xA1) for code in codes)
    return bool(codes) and common >= 0.4 * len(codes) and common + second_level >= 0.85 * len(codes)


def _is_latin(sample: bytes) -> bool:
    """Whether plain letters abound in the words that hold other bytes, as in “déjà”."""
    words = b"".join(re.findall(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*", sample))
    return sum(byte < 128 for byte in words) >= 0.4 * len(words)


def _decoded(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(name) from error


def _is_binary(text: str) -> bool:
    return any(ord(character) in CONTROL for character in text[:SAMPLE])


def _not_text(name: str) -> Problem:
    return Problem(
        _("“{name}” is not text, or its encoding is not known here.").format(name=name),
        _("Open it in a spreadsheet or an editor and save it as CSV with the encoding UTF-8, or as .xlsx."),
    )
