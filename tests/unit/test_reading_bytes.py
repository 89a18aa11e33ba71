"""Reading uploads: encodings, and files that are not what their names say."""

import random

import pytest

from mhattn_core import Problem
from mhattn_core.text.reading import read_pairs, samples

CHINESE = "source,target\n我喜欢喝茶。,I like tea.\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"", "gb18030"),
        (b"\x841\x953", "gb18030"),
    ],
)
def test_chinese_in_every_encoding(mark: bytes, encoding: str) -> None:
    upload = read_pairs(("x.csv", mark + CHINESE.encode(encoding)))
    assert upload.encoding == encoding
    assert upload.pairs[0].pair.source == "我喜欢喝茶。"
    assert upload.columns.used["source"] == "source"


def test_utf_16_with_tabs_as_spreadsheets_write_it() -> None:
    upload = read_pairs(("x.tsv", 'source\ttarget\r\n“猫”\t"a ""cat"""\r\n'.encode("utf-16")))
    assert (upload.pairs[0].pair.source, upload.pairs[0].pair.target) == ("“猫”", 'a "cat"')


@pytest.mark.parametrize("text", ["茶,tea", "你好", "饕餮纹青铜器，鼋鼍,x\n龢,y", "㐀𠮷野家在这里,x", "她说：“走吧！”,Let us go", "联通,x"])
def test_short_files_in_gb18030(text: str) -> None:
    upload = read_pairs(("x.csv", text.encode("gb18030")))
    assert upload.encoding == "gb18030"
    assert upload.pairs[0].pair.source == text.split(",")[0]


@pytest.mark.parametrize("text", ["L'été déjà passé", "café", "Über die Brücke größer", "It’s “fine”", "año"])
def test_words_of_latin_letters_in_windows_1252(text: str) -> None:
    assert read_pairs(("x.txt", text.encode("cp1252"))).pairs[0].pair.source == text


def test_other_encodings_in_use() -> None:
    russian = "Кошка сидит на окне и смотрит на улицу. Потом она спит."
    assert read_pairs(("x.txt", russian.encode("cp1251"))).pairs[0].pair.source == russian
    traditional = "我喜歡喝茶，也喜歡在下雨的時候看書。"
    assert read_pairs(("x.txt", traditional.encode("big5"))).pairs[0].pair.source == traditional


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.csv", b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000), "JPEG"),
        ("photo.xlsx", b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000), "JPEG"),
        ("empty.csv", b"", "empty"),
        ("blank.tsv", b" \r\n \n", "empty"),
        ("noise.csv", random.Random(2).randbytes(5000), "not text"),
        ("zeros.csv", b"\0" * 5000, "not text"),
        ("book.csv", samples()["pairs.xlsx"], "ZIP"),
        ("table.jsonl", samples()["pairs.parquet"], "Parquet"),
        ("text.parquet", b"source,target\na,b\n", "not what its name says"),
        ("cut.xlsx", samples()["pairs.xlsx"][:2000], "damaged"),
        ("cut.parquet", samples()["pairs.parquet"][:-20], "damaged"),
        ("broken.csv", b"\xff\xfe" + b"\x00\xd8" * 9 + b"a", "not text"),
        ("letter.docx", b"x", "not read here"),
        ("noname", b"x", "not read here"),
    ],
)
def test_what_a_file_is_not(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Problem, match=said) as told:
        read_pairs((name, content))
    assert name in told.value.happened
    assert told.value.remedy
