"""Reading uploads: whether the first row holds names, and which column is which."""

import pytest

from mhattn_core.text.reading import Upload, read_pairs

SENTENCES = "Hi there.,嗨。\nRun now!,跑！\nWhere is the cat?,猫在哪儿？\n"


def read(text: str, name: str = "x.csv", **options: object) -> Upload:
    return read_pairs((name, text.encode()), **options)  # type: ignore[arg-type]


def first_texts(upload: Upload) -> list[str]:
    return [record.pair.source for record in upload.pairs]


@pytest.mark.parametrize(
    "names",
    [
        "src,tgt",
        "en,zh",
        "EN,ZH",
        "English,Chinese",
        "premise,hypothesis",
        "text1,text2",
        "Text A,Text B",
        "question,answer",
        "mt,ref",
        "原文,译文",
        "sentence_en,sentence_zh",
        "sentence_eng_Latn,sentence_zho_Hans",
        "en-US,zh-CN",
        "SentenceEN,SentenceZH",
        "英文,中文",
        "英文句子,中文句子",
        "English,Simplified Chinese",
        "Source Text,Target Text",
        "source_en,target_zh",
        "original,translation",
        "hypothesis,reference",
        "question1,question2",
        "\ufeffsource,target",
        "en,id",
        "zh_CN,zh_TW",
        "Chinese (Simplified),English",
    ],
)
def test_names_in_the_wild(names: str) -> None:
    upload = read(f"{names}\n{SENTENCES}")
    left, right = names.replace("\ufeff", "").split(",")
    assert upload.columns.used == {"source": left, "target": right}
    assert first_texts(upload) == ["Hi there.", "Run now!", "Where is the cat?"]
    assert not upload.remarks


@pytest.mark.parametrize(
    ("first", "others"),
    [
        *((first, "Run,跑\nSit,坐\nGo home,回家\n") for first in ("Hi,嗨", "No,不", "English,英语", "Text,文本吧")),
        *(
            (first, "Run,Cours\nGo home,Rentre\n")
            for first in ("He,Lui", "No,Non", "Hello,Bonjour", "My,Mon", "Yes,Oui", "it,it", "Text,Text")
        ),
    ],
)
def test_a_short_pair_among_short_ones_is_no_header(first: str, others: str) -> None:
    upload = read(f"{first}\n{others}")
    assert first_texts(upload)[0] == first.split(",")[0]
    assert not upload.columns.in_doubt
    assert not upload.remarks


@pytest.mark.parametrize("first", ["foo,bar", "Deutsch,English", "column one,column two", "Hi,嗨", "a,b"])
def test_a_first_row_that_is_unlike_the_others_is_read_and_told(first: str) -> None:
    upload = read(f"{first}\n{SENTENCES}")
    assert len(upload.pairs) == 4
    assert upload.columns.in_doubt
    assert len(upload.remarks) == 1
    assert all(cell in upload.remarks[0] for cell in first.split(","))
    for header, number in ((True, 3), (False, 4)):
        said = read(f"{first}\n{SENTENCES}", header=header)
        assert (len(said.pairs), said.columns.in_doubt, said.remarks) == (number, False, ())


def test_another_script_is_unlike() -> None:
    assert read("col,val\n猫,狗\n鸟,鱼\n", name="x.tsv").remarks == ()  # one column of cells with commas
    assert read("col\tval\n猫\t狗\n鸟\t鱼\n", name="x.tsv").columns.in_doubt


def test_names_of_ours_above_rows_that_are_as_short_are_told() -> None:
    upload = read("question,answer\nred,rouge\nblue,bleu\n")
    assert first_texts(upload) == ["red", "blue"]
    assert upload.columns.in_doubt
    assert "question" in upload.remarks[0]


def test_such_names_further_down_are_a_pair_unless_only_a_title_stands_above() -> None:
    assert len(read("red,rouge\nquestion,answer\nblue,bleu\n").pairs) == 3
    titled = read(f"My pairs,\n原文,译文\n{SENTENCES}")
    assert first_texts(titled)[0] == "Hi there."
    assert titled.bad["line"].tolist() == [1]


def test_a_column_of_numbers_is_no_norwegian() -> None:
    upload = read("No,English,Chinese\n1,Hi there.,嗨。\n")
    assert upload.columns.used == {"source": "English", "target": "Chinese"}


def test_columns_that_could_be_the_same_are_told() -> None:
    upload = read("src,mt,ref\nHi there.,嗨。,你好。\n")
    assert upload.columns.used == {"source": "src", "target": "ref"}
    assert any("“ref”, “mt”" in remark for remark in upload.remarks)
    twice = read("source,target,target\na,b,c\n")
    assert "target#3" in twice.remarks[0]
    assert twice.pairs[0].pair.target == "b"


def test_two_languages_of_three_are_told() -> None:
    upload = read("en,zh,fr\nHi there.,嗨。,Salut.\n")
    assert upload.columns.used == {"source": "en", "target": "zh"}
    assert "3 languages" in upload.remarks[0]
    chosen = read("en,zh,fr\nHi there.,嗨。,Salut.\n", columns={"source": "en", "target": "fr"})
    assert (chosen.pairs[0].pair.target, chosen.remarks) == ("Salut.", ())


def test_a_title_above_single_sentences_is_no_matter() -> None:
    assert read("Chapter one\nThe cat sat down.\nIt slept.\n", name="x.txt").remarks == ()


def test_two_columns_of_unknown_names_are_taken_in_their_order_once_that_is_said() -> None:
    upload = read("foo,bar\nHi there.,嗨。\n", header=True)
    assert (upload.columns.found, first_texts(upload)) == (("foo", "bar"), ["Hi there."])
    assert read("id,foo\nHi there.,嗨。\n", header=True).pairs == []
