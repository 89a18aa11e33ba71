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


@pytest.mark.parametrize(
    "text", ["茶,tea", "你好", "饕餮纹青铜器，鼋鼍,x\n龢,y", "㐀𠮷野家在这里,x", "她说：“走吧！”,Let us go", "联通,x"]
)
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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_a_zero_makes_no_utf_16(encoding: str) -> None:
    text = "source,target\n" + ("déjà vu,café\n" * 9 if encoding == "cp1252" else "我喜欢喝茶。,好喝\n" * 9) + "\0,x\n"
    for padding in ("", "\n"):  # an even and an odd number of bytes
        upload = read_pairs(("x.csv", (text + padding).encode(encoding)))
        assert upload.encoding == encoding
        assert len(upload.pairs) == 9
        assert upload.bad["line"].tolist() == [11]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["一上一上一上一上，我们在山上喝茶喝了一天\n", "plain English\n", "这里,没有换行"])
def test_utf_16_without_a_mark(text: str, encoding: str) -> None:
    upload = read_pairs(("x.txt", (text * 3).encode(encoding)))
    assert upload.encoding == encoding
    assert upload.pairs[0].pair.source.startswith(text[:4])


def test_fields_padded_with_zeros_are_told_by_row() -> None:
    padded = "".join(f"row {number},b\n" for number in range(100)) + "".join(
        f"a{number}\0\0,b\n" for number in range(5)
    )
    upload = read_pairs(("x.csv", padded.encode()))
    assert (upload.encoding, len(upload.pairs), len(upload.bad)) == ("utf-8", 100, 5)


def test_marks_of_joined_files_and_of_dos() -> None:
    mark = "\ufeff".encode()
    upload = read_pairs(("x.tsv", mark + b"source\ttarget\na\tb\n" + mark + mark + b"c\td\n\x1a"))
    assert [(record.pair.source, record.pair.target) for record in upload.pairs] == [("a", "b"), ("c", "d")]
    assert upload.bad.empty
    assert read_pairs(("x.csv", mark + mark + b"source,target\na,b\n")).columns.header


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("a.numbers", b"PK\x03\x04", ".xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", ".xlsx"),
        ("a.csv.bz2", b"BZh9", "Unpack"),
        ("pairs.tgz", b"\x1f\x8b", "Unpack"),
        ("a.docx", b"PK\x03\x04", ".csv"),
    ],
)
def test_a_kind_that_is_not_read_names_the_way_out(name: str, content: bytes, remedy: str) -> None:
    with pytest.raises(Problem) as told:
        read_pairs((name, content))
    assert remedy in told.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.csv", b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000), "JPEG"),
        ("photo.xlsx", b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(3000), "JPEG"),
        ("empty.csv", b"", "empty"),
        ("blank.tsv", b" \r\n \n", "empty"),
        ("mark.csv", b"\x841\x953", "empty"),
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
