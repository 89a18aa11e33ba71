"""From the bytes of a text file to its characters."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.source import empty

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
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Control characters that no text holds; a form feed or NEL is white space of some editors."""
SOFT_BREAK = "\v"
MARKS_AT_LINE_STARTS = re.compile(r"^\ufeff+", re.MULTILINE)
BINARY = 0.05
FEW = 8
MOSTLY_ASCII = 0.25
LINE_ENDS = (("utf-16-le", rb"\n\x00"), ("utf-16-be", rb"\x00\n"))
LEAST_ENDS = 1 / 8
"""Of the bytes 0A, the share that are line ends of UTF-16; the others are halves of characters such as 上."""


def decode(name: str, content: bytes) -> tuple[str, str]:
    """The text without its marks of byte order, and the encoding.

    Marks are believed; then UTF-16 by where its zeros stand, UTF-8 if all of it is valid, GB18030 if nearly all beyond
    ASCII is usual in Chinese, Windows-1252 for words of Latin letters, else what charset-normalizer finds likeliest.
    A few control characters make no file binary: ``check_characters`` tells the rows that hold them.
    Raises Problem when it is not text, or none.
    """
    text, encoding = _decoded(name, content)
    text = MARKS_AT_LINE_STARTS.sub("", text).rstrip(
        "\x1a"
    )  # marks of files that were joined, and the end of a file under DOS
    if not text.strip():
        raise empty(name)
    return text, encoding


def check_characters(text: str) -> None:
    """Raises Problem at a control character, which models read as nothing or as an unknown sign, and a reader cannot
    see.
    """
    if not (unseen := CONTROL.search(text)):
        return
    if unseen[0] == SOFT_BREAK:
        raise Problem(
            _(
                "It holds a vertical tab (U+000B), the soft line break of spreadsheets and slides. Put a space in its "
                "place."
            ),
            "",
        )
    raise Problem(_("It holds the control character U+{code:04X}. Delete it.").format(code=ord(unseen[0])), "")


def lines(text: str) -> list[str]:
    """The lines as ``wc``, ``paste`` and Moses count them, without their ends: at LF, and a CR before it goes too.

    A file without any LF, as the first Macs wrote them, has lines that end at CR. Nowhere else: a stray CR, form feed,
    NEL or U+2028 inside a line would shift all that follows against the file beside it.
    """
    if "\n" not in text:
        return text.removesuffix("\r").split("\r")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _not_text(name) from error
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text):
            return text, encoding
    raise _not_text(name)


def _candidates(content: bytes) -> Iterator[str]:
    if encoding := _utf_16(content):
        yield encoding
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


def _utf_16(content: bytes) -> str:
    """Which UTF-16 it is without a mark, if any: where zeros stand beside all that is ASCII, at least beside the line
    ends.

    Zeros alone do not tell: a program that crashed, or a field of fixed width, leaves some in any encoding.
    """
    if b"\0" not in content or len(content) % 2:
        return ""
    first, second = content[::2].count(0), content[1::2].count(0)
    on_one_side = max(first, second) > 4 * min(first, second)
    by_zeros = ("utf-16-be" if first > second else "utf-16-le") if on_one_side else ""
    if by_zeros and max(first, second) >= MOSTLY_ASCII * len(content) / 2:
        return by_zeros
    if _is_utf_8(content) or _is_common_chinese(content):
        return ""
    if b"\n" not in content:
        return by_zeros
    ends = {encoding: sum(found.start() % 2 == 0 for found in re.finditer(end, content)) for encoding, end in LINE_ENDS}
    likelier = max(ends, key=ends.__getitem__)
    return likelier if ends[likelier] >= LEAST_ENDS * content.count(b"\n") else ""


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_common_chinese(content: bytes) -> bool:
    """Whether it reads as GB18030, mostly with characters of GB 2312 (or of four bytes), many of them from its first
    level.

    Other encodings of East Asia also read as GB18030, but seldom with second bytes that are all high; other
    alphabets too, but with first bytes beyond the first level.
    """
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    codes = [character.encode("gb18030") for character in text[:SAMPLE] if character > "\x7f"]
    common = sum(
        len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7) and code[1] >= 0xA1 for code in codes
    )
    second_level = sum(len(code) == 4 or (0xD8 <= code[0] <= 0xF7 and code[1] >= 0xA1) for code in codes)
    return bool(codes) and common >= 0.4 * len(codes) and common + second_level >= 0.85 * len(codes)


def _is_latin(sample: bytes) -> bool:
    """Whether plain letters abound in the words that hold other bytes, as in “déjà”."""
    words = b"".join(re.findall(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*", sample))
    return sum(byte < 128 for byte in words) >= 0.4 * len(words)


def _is_binary(text: str) -> bool:
    sample = text[:SAMPLE]
    return len(CONTROL.findall(sample)) > max(FEW, BINARY * len(sample))


def _not_text(name: str) -> Problem:
    return Problem(
        _("“{name}” is not text, or its encoding is not known here.").format(name=name),
        _("Open it in a spreadsheet or an editor and save it as CSV with the encoding UTF-8, or as .xlsx."),
    )
