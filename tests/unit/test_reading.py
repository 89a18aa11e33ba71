"""Reading uploads: formats, separators, columns, rows that are left out."""

import random
from pathlib import Path

import pytest

import mhattn_core as mh
from mhattn_core import Problem
from mhattn_core.text.reading import HOSTED, Limits, Upload, read_pairs, samples


def read(name: str, text: str, **options: object) -> Upload:
    return read_pairs((name, text.encode()), **options)  # type: ignore[arg-type]


def texts(upload: Upload) -> list[tuple[str, str]]:
    return [(record.pair.source, record.pair.target) for record in upload.pairs]


def reasons(upload: Upload) -> dict[int, str]:
    return dict(zip(upload.bad["line"], upload.bad["reason"], strict=True))


def test_every_table_sample_holds_the_same_pairs() -> None:
    read_back = {name: read_pairs((name, content)) for name, content in samples().items()}
    assert all(upload.bad.empty for upload in read_back.values())
    first = read_back["pairs.csv"]
    assert [record.id for record in first.pairs] == ["cat", "rain", "lamp", "alone"]
    cat = first.pairs[0]
    assert [word.text for word in cat.pair.b.words] == ["小猫", "坐", "在", "窗台", "上", "。"]
    assert cat.alignment
    assert (2, 1) in cat.alignment.sure
    assert (0, 0) in cat.alignment.possible - cat.alignment.sure
    for name in ("pairs.tsv", "pairs.jsonl", "pairs.json", "pairs.xlsx", "pairs.ods", "pairs.parquet", "pairs.csv.gz"):
        for record, again in zip(first.pairs, read_back[name].pairs, strict=True):
            assert (again.id, again.pair, again.document, again.alignment) == (
                record.id,
                record.pair,
                record.document,
                record.alignment,
            )
    for name in ("pairs.txt", "pairs.tmx", "pairs.xliff", "pairs.po"):
        assert texts(read_back[name]) == texts(first)
    assert texts(read_back["pairs.zip"]) == texts(first)[:-1]  # each line has a translation
    assert [len(record.tree) for record in read_back["trees.conllu"].pairs] == [7, 5]


def test_exported_at_the_top(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("source,target\na,b\n")
    assert texts(mh.read_pairs(tmp_path / "pairs.csv")) == [("a", "b")]
    with pytest.raises(Problem, match=r"missing\.csv"):
        mh.read_pairs(tmp_path / "missing.csv")


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators_are_found(separator: str) -> None:
    upload = read("x.csv", f'source{separator}target\n"One, two; three|\tfour"{separator}fin\nlong one{separator}end\n')
    assert upload.separator == separator
    assert texts(upload) == [("One, two; three|\tfour", "fin"), ("long one", "end")]


def test_separator_without_names_of_columns() -> None:
    upload = read("x.csv", "Well, it rained, again;Il pleut\nYes;Oui, bien sûr\nNo, never;Jamais\n")
    assert upload.separator == ";"
    assert texts(upload)[1] == ("Yes", "Oui, bien sûr")


def test_excels_own_line_with_the_separator() -> None:
    upload = read("x.csv", "sep=;\na;b\n")
    assert (texts(upload), upload.pairs[0].line) == ([("a", "b")], 2)


def test_quotes_and_line_ends_inside_cells_keep_the_lines_of_the_file() -> None:
    upload = read(
        "x.csv",
        'source,target\n"He said ""no"",\r\nthen\r\nleft",Ja\r\nplain,ok\n"never '
        "closed,bad\nnext,fine\n,nothing\na,b,c\n\nlast,one\n",
    )
    assert [(record.line, *pair) for record, pair in zip(upload.pairs, texts(upload), strict=True)] == [
        (2, 'He said "no",\nthen\nleft', "Ja"),
        (5, "plain", "ok"),
        (7, "next", "fine"),
        (11, "last", "one"),
    ]
    found = reasons(upload)
    assert set(found) == {6, 8, 9}
    assert "quotation" in found[6]
    assert "no source" in found[8]
    assert "3" in found[9]


def test_tabs_without_quoting() -> None:
    upload = read("x.tsv", '"Yes," he said\tOui\n"Open only\tAuf\n"a ""quoted"" cell"\tx\n')
    assert texts(upload) == [('"Yes," he said', "Oui"), ('"Open only', "Auf"), ('a "quoted" cell', "x")]


def test_lines_end_only_where_editors_end_them() -> None:
    upload = read("x.tsv", "source\ttarget\ra\u2028b\x85c\td\r\re\tf")
    assert [(record.line, record.pair.source) for record in upload.pairs] == [(2, "a\u2028b\x85c"), (4, "e")]


def test_five_thousand_rows_with_seventeen_bad_ones() -> None:
    rows = [f"It is number {number}, isn't it?\tNummer {number}" for number in range(5000)]
    spoilt = random.Random(3).sample(range(5000), 17)
    for place, number in enumerate(spoilt):
        rows[number] = ("\tno source", rows[number] + "\tmore", "too few cells")[place % 3]
    upload = read("x.tsv", "source\ttarget\n" + "\n".join(rows))
    assert len(upload.pairs) == 4983
    assert list(upload.bad["line"]) == sorted(number + 2 for number in spoilt)
    assert upload.pairs[-1].line == 5001


@pytest.mark.parametrize(
    "names", [("sentence1", "sentence2"), ("text_a", "text_b"), ("premise", "hypothesis"), ("SOURCE", " Target ")]
)
def test_other_names_of_columns(names: tuple[str, str]) -> None:
    upload = read("x.csv", f"label,{names[1]},{names[0]}\n1,second,first\n")
    assert texts(upload) == [("first", "second")]
    assert upload.pairs[0].label == "1"


def test_two_columns_need_no_names_and_three_do() -> None:
    assert texts(read("x.csv", "Hello,Bonjour\nBye,Salut\n")) == [("Hello", "Bonjour"), ("Bye", "Salut")]
    three = read("x.csv", "k1,Hello,Bonjour\nk2,Bye,Salut\n")
    assert three.pairs == []
    assert three.columns.found == ("#1", "#2", "#3")
    assert three.head[0] == {"#1": "k1", "#2": "Hello", "#3": "Bonjour"}
    told = read("x.csv", "k1,Hello,Bonjour\nk2,Bye,Salut\n", columns={"id": "#1", "source": "#3"})
    assert [(record.id, *pair) for record, pair in zip(told.pairs, texts(told), strict=True)] == [
        ("k1", "Bonjour", ""),
        ("k2", "Salut", ""),
    ]


def test_names_that_do_not_tell() -> None:
    text = "id,morning,evening\nk1,Hello,Bonjour\n"
    unknown = read("x.csv", text)
    assert (unknown.pairs, dict(unknown.columns.used)) == ([], {"id": "id"})
    told = read("x.csv", text, columns={"source": "evening", "target": "morning"})
    assert texts(told) == [("Bonjour", "Hello")]
    assert told.pairs[0].id == "k1"
    assert read("x.csv", text, columns={"source": "evening", "id": ""}).pairs[0].id == "2"
    with pytest.raises(Problem, match="id, morning, evening"):
        read("x.csv", text, columns={"source": "german"})
    with pytest.raises(ValueError, match="sauce"):
        read("x.csv", text, columns={"sauce": "evening"})


def test_whether_there_is_a_row_of_names_can_be_told() -> None:
    text = "morning,evening\nHello,Bonjour\n"
    assert len(read("x.csv", text).pairs) == 2
    assert read("x.csv", text, header=True).columns.found == ("morning", "evening")
    assert texts(read("x.csv", "source,target\na,b\n", header=False)) == [("source", "target"), ("a", "b")]


def test_names_below_a_title_and_columns_of_one_name() -> None:
    upload = read("x.csv", "My pairs,,\nsource,target,target\na,b,c\n")
    assert texts(upload) == [("a", "b")]
    assert "above" in reasons(upload)[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, you ||| Salut\nBye|||Au revoir\n", [("Hello, you", "Salut"), ("Bye", "Au revoir")]),
        ("Hello, you\tSalut\nBye\tAu revoir\n", [("Hello, you", "Salut"), ("Bye", "Au revoir")]),
        ("Hello, you | all\n\n你好，大家\n", [("Hello, you | all", ""), ("你好，大家", "")]),
    ],
)
def test_plain_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert texts(read("x.txt", text)) == expected


def test_a_line_of_pairs_without_its_bars_is_left_out() -> None:
    upload = read("x.txt", "a ||| b\nc ||| d\nonly one\n")
    assert len(upload.pairs) == 2
    assert set(reasons(upload)) == {3}


def test_json_lines() -> None:
    upload = read(
        "x.jsonl",
        '{"source": "don\'t go", "source_words": ["do", "n\'t", "go"], "label": 3.0}\n\nnothing\n[1]\n{"source": "\\ud800"}\n{"source": {"a": 1}}\n'
        + "[" * 100_000
        + '\n{"target": "alone"}\n{"source": "late", "target": "one"}\n',
    )
    assert [(record.line, record.pair.source, record.label) for record in upload.pairs] == [
        (1, "don't go", "3"),
        (9, "late", ""),
    ]
    assert [word.text for word in upload.pairs[0].pair.a.words] == ["do", "n't", "go"]
    assert set(reasons(upload)) == {3, 4, 5, 6, 7, 8}


def test_an_array_of_objects_keeps_their_lines() -> None:
    text = '[\n  {"source": "one", "target": "1"},\n\n  {\n    "source": "two"\n  },\n  7,\n  {"source": "three"}\n]\n'
    for name in ("x.json", "x.jsonl"):
        upload = read(name, text)
        assert [(record.line, record.pair.source) for record in upload.pairs] == [(2, "one"), (4, "two"), (8, "three")]
        assert set(reasons(upload)) == {7}
    broken = read("x.json", '[{"source": "one"},\n{"source": }]')
    assert texts(broken) == [("one", "")]
    assert "JSON" in reasons(broken)[2]
    assert set(reasons(read("x.json", "[" * 100_000))) == {1}


def test_sentences_by_language_under_one_key() -> None:
    upload = read(
        "x.jsonl",
        '{"id": "k", "translation": {"en": "Hi", "zh": "嗨"}}\n{"id": "l", "translation": {"zh": "跑", "en": "Run"}}\n',
    )
    assert upload.columns.used == {"id": "id", "source": "translation.en", "target": "translation.zh"}
    assert texts(upload) == [("Hi", "嗨"), ("Run", "跑")]


def test_sentences_that_are_lists_of_words() -> None:
    upload = read(
        "x.jsonl",
        '{"source": ["我", "爱", "New", "York", "。"], "target": ["do", "n\'t"], "alignment": [[0, 0], "1p1"]}\n{"source": ["a", {"b": 1}]}\n{"source": []}\n',
    )
    pair = upload.pairs[0].pair
    assert (pair.source, pair.target) == ("我爱 New York。".replace(" N", "N"), "do n't")
    assert [word.text for word in pair.a.words] == ["我", "爱", "New", "York", "。"]
    assert upload.pairs[0].alignment
    assert upload.pairs[0].alignment.possible == {(0, 0), (1, 1)}
    assert upload.pairs[0].alignment.sure == {(0, 0)}
    assert "not text" in reasons(upload)[2]
    assert "no source" in reasons(upload)[3]


def test_a_row_with_a_control_character_is_told_and_the_others_go_on() -> None:
    upload = read("x.csv", "source,target\nThe c\x00at,a\nA dog,b\nThe\x0bend,c\nBack\x08,d\nA\x7f,e\nA\x0cpage,f\n")
    assert [record.line for record in upload.pairs] == [3, 7]
    assert [reason.split(".")[0].split("+")[1][:4] for reason in upload.bad["reason"]] == [
        "0000",
        "000B",
        "0008",
        "007F",
    ]
    listed = read("x.jsonl", '{"source": ["c\\u0000at"]}\n{"source": "fine"}\n')
    assert texts(listed) == [("fine", "")]
    assert set(reasons(listed)) == {1}


def test_a_stray_carriage_return_ends_no_row() -> None:
    upload = read("x.csv", "source,target\na\rb,c\nd,e\rf,g\nh,i\n")
    assert texts(upload) == [("a\rb", "c"), ("h", "i")]
    assert set(reasons(upload)) == {3}
    quoted = read("x.csv", 'source,target\n"a, b",c\rd\n"e\rf",g\n')
    assert texts(quoted) == [("a, b", "c d"), ("e f", "g")]


def test_links_that_seem_counted_from_1_are_told() -> None:
    rows = "".join(f"one two three {n},un deux trois,1-1 2-2\n" for n in range(5))
    upload = read("x.csv", "source,target,alignment\n" + rows)
    assert "--base 1" in upload.remarks[0]
    assert read("x.csv", "source,target,alignment\n" + rows, base=1).remarks == ()
    assert read("x.csv", "source,target,alignment\n" + rows[: rows.index("\n") * 4]).remarks == ()
    assert read("x.csv", "source,target,alignment\n" + rows + "a b,c d,0-0 1-1\n").remarks == ()
    outside = read("x.csv", "source,target,alignment\na b,c d,1-1 2-2\n")
    assert (outside.pairs, len(outside.remarks)) == ([], 1)


def test_links_are_checked_against_the_words() -> None:
    upload = read(
        "x.csv",
        "source,target,alignment,source_words\nthe cat,le chat,0-0 1p1,\nthe cat,le chat,0-2,\nthe cat,le "
        "chat,0=0,\nthe cat,le chat,2-1,th e cat\nthe cat,x,,dog\n",
    )
    assert [record.line for record in upload.pairs] == [2, 5]
    assert upload.pairs[0].alignment
    assert upload.pairs[0].alignment.possible == {(0, 0), (1, 1)}
    found = reasons(upload)
    assert "0-2" in found[3]
    assert "0=0" in found[4]
    assert "cut" in found[6]


def test_an_id_is_given_once() -> None:
    upload = read("x.csv", "id,source\nk,a\nk,b\n,c\n")
    assert [record.id for record in upload.pairs] == ["k", "4"]
    assert "line 2" in reasons(upload)[3]


def test_limits() -> None:
    rows = "source,target\n" + "a,b\n" * 500
    assert len(read("x.csv", rows, limits=HOSTED).pairs) == 500
    with pytest.raises(Problem, match="500 rows"):
        read("x.csv", rows + "a,b\n", limits=HOSTED)
    with pytest.raises(Problem, match="500 rows"):
        read("x.txt", "a\n" * 501, limits=HOSTED)
    with pytest.raises(Problem, match="5 MB"):
        read("x.txt", "a" * 5_000_001, limits=HOSTED)
    with pytest.raises(Problem, match="columns"):
        read("x.csv", "a," * 60 + "\n", limits=HOSTED)
    with pytest.raises(Problem, match="seconds"):
        read("x.csv", rows, limits=Limits(seconds=-1))
    long = read("x.csv", "source,target\n" + "a" * 21 + ",b\nc,d\n", limits=Limits(characters=20))
    assert texts(long) == [("c", "d")]
    assert "21 characters" in reasons(long)[2]
